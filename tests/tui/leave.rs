//! Giving the terminal back: to the shell, to an editor, to a signal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::stage::Stage;
use crate::terminal::{Launch, Terminal};

/// An editor that is a script; `$1` is the file.
fn editor(stage: &Stage, script: &str) -> PathBuf {
    let path = stage.home().join("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A shell with job control, in which the program is to be started.
fn shell(stage: &Stage) -> Launch {
    // Left on, the shell's own prompt would switch bracketed paste on.
    fs::write(stage.home().join(".inputrc"), "set enable-bracketed-paste off\n").unwrap();
    let shell = Launch::command("/bin/bash", stage.home()).args(["--norc", "--noprofile", "-i"]);
    stage.surround(shell).env("PS1", "ready> ").env("HISTFILE", "/dev/null")
}

/// Starts the program from the shell.
fn start(t: &mut Terminal) {
    t.wait("ready>");
    t.keys(&format!("{} . s3://stage/<Enter>", env!("CARGO_BIN_EXE_bucketry")));
}

#[test]
fn a_signal_ends_it_and_leaves_a_sane_terminal() {
    for signal in [Signal::TERM, Signal::HUP] {
        let stage = Stage::empty();
        let mut t = stage.open();
        t.signal(signal);
        t.exit_code();
        assert!(t.is_sane(), "{signal:?}");
    }
}

#[test]
fn the_shell_gets_its_terminal_back_and_fg_comes_back() {
    let stage = Stage::empty();
    stage.write("here.txt", b"x");
    let mut t = shell(&stage).start();
    t.wait("ready>");
    t.keys("stty -g > ../before; echo noted-1<Enter>").wait("\nnoted-1");
    start(&mut t);
    t.wait("here.txt");
    t.keys("<C-z>").wait("Stopped");
    assert!(t.is_sane());
    t.keys("stty -g > ../stopped; echo noted-2<Enter>").wait("\nnoted-2");
    t.keys("fg; echo left<Enter>")
        .until("the panes again", |screen| screen.contains("here.txt") && screen.contains("F1 Help"));
    t.keys("q").wait("\nleft");
    t.keys("stty -g > ../after; echo noted-3<Enter>").wait("\nnoted-3");
    t.keys("exit<Enter>");
    t.exit_code();
    let noted = |name: &str| fs::read_to_string(stage.home().join(name)).unwrap();
    assert_eq!(noted("stopped"), noted("before"));
    assert_eq!(noted("after"), noted("before"));
}

#[test]
fn an_editor_gets_every_character_that_is_typed() {
    let stage = Stage::empty();
    stage.write("note.txt", b"old");
    let editor = editor(
        &stage,
        "before=$(stty -g)\nstty -icanon -echo min 1\nprintf 'editor is open\\r\\n'\n\
         dd bs=1 count=50 of=\"$1\" 2>/dev/null\nstty \"$before\"",
    );
    let mut t = stage.launch().env("EDITOR", &editor).args([".", "s3://stage/"]).start();
    t.wait("note.txt");
    t.keys("e").wait("editor is open");
    let typed: String = ('a'..='z').chain('A'..='X').collect();
    assert_eq!(typed.len(), 50);
    for c in typed.chars() {
        t.keys(&c.to_string());
    }
    t.until("the panes again", |screen| screen.contains("F1 Help"));
    assert_eq!(stage.read("note.txt").unwrap(), typed.as_bytes());
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn ctrl_z_in_an_editor_gives_the_terminal_to_the_shell_and_fg_comes_back_to_the_editor() {
    let stage = Stage::empty();
    stage.write("note.txt", b"old");
    let editor = editor(&stage, "echo editor is open\nread line\nprintf %s \"$line\" > \"$1\"");
    let mut t = shell(&stage).env("EDITOR", &editor).start();
    start(&mut t);
    t.wait("note.txt");
    t.keys("e").wait("editor is open");
    t.keys("<C-z>").wait("Stopped");
    t.keys("echo the shell is back<Enter>").wait("\nthe shell is back");
    // Continued, the shell names the program again: started, stopped, continued.
    t.keys("fg; echo left<Enter>").until("the program goes on", |screen| screen.matches("s3://stage/").count() == 3);
    t.keys("new<Enter>").until("the panes again", |screen| screen.contains("F1 Help"));
    assert_eq!(stage.read("note.txt").unwrap(), b"new");
    t.keys("q").wait("\nleft");
    t.keys("exit<Enter>");
    t.exit_code();
}

#[test]
fn ctrl_c_in_an_editor_is_the_editors_and_what_was_edited_is_written_back() {
    let stage = Stage::empty();
    stage.put("note.txt", b"old");
    let script = "trap 'echo interrupted' INT\necho editor is open\nuntil read line; do :; done\n\
                  printf %s \"$line\" > \"$1\"";
    let editor = editor(&stage, script);
    let mut t = stage.launch().env("EDITOR", &editor).args([".", "s3://stage/"]).start();
    t.wait("note.txt");
    t.keys("<Tab>e").wait("editor is open");
    t.keys("<C-c>").wait("interrupted");
    t.keys("new<Enter>").wait("Write back note.txt: done");
    assert_eq!(stage.get("note.txt").unwrap(), b"new");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn ctrl_c_that_ends_an_editor_ends_nothing_else() {
    let stage = Stage::empty();
    stage.write("note.txt", b"old");
    let editor = editor(&stage, "echo editor is open\nread line");
    let mut t = stage.launch().env("EDITOR", &editor).args([".", "s3://stage/"]).start();
    t.wait("note.txt");
    t.keys("e").wait("editor is open");
    t.keys("<C-c>").wait("the editor ended with");
    t.keys("<Tab>").wait("F1 Help");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn a_signal_ends_it_while_an_editor_is_open_and_the_editor_too() {
    let stage = Stage::empty();
    stage.write("note.txt", b"old");
    let script = "trap 'echo saved > ../saved; exit 1' TERM\necho editor is open\nread line";
    let editor = editor(&stage, script);
    let mut t = stage.launch().env("EDITOR", &editor).args([".", "s3://stage/"]).start();
    t.wait("note.txt");
    t.keys("e").wait("editor is open");
    t.signal(Signal::TERM);
    assert_eq!(t.exit_code(), 0);
    assert!(t.is_sane());
    assert_eq!(fs::read_to_string(stage.home().join("saved")).unwrap(), "saved\n");
}

#[test]
fn where_no_shell_could_continue_it_ctrl_z_says_so_and_nothing_stops() {
    let stage = Stage::empty();
    let mut t = stage.open();
    t.keys("<C-z>").wait("no shell with job control");
    t.keys("<Tab>").gone("no shell with job control");
    t.signal(Signal::TSTP);
    t.wait("no shell with job control");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
