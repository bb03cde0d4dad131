//! Giving the terminal back: to the shell, to an editor, to a signal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::stage::Stage;
use crate::terminal::Launch;

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
    // Left on, the shell's own prompt would switch bracketed paste on.
    fs::write(stage.home().join(".inputrc"), "set enable-bracketed-paste off\n").unwrap();
    let shell = Launch::command("/bin/bash", stage.home()).args(["--norc", "--noprofile", "-i"]);
    let mut t = stage.surround(shell).env("PS1", "ready> ").env("HISTFILE", "/dev/null").start();
    let program = env!("CARGO_BIN_EXE_bucketry");
    t.wait("ready>");
    t.keys("stty -g > ../before; echo noted-1<Enter>").wait("\nnoted-1");
    t.keys(&format!("{program} . s3://stage/<Enter>")).wait("here.txt");
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
    let editor = stage.home().join("editor");
    fs::write(
        &editor,
        "#!/bin/sh\nbefore=$(stty -g)\nstty -icanon -echo min 1\nprintf 'editor is open\\r\\n'\n\
         dd bs=1 count=50 of=\"$1\" 2>/dev/null\nstty \"$before\"\n",
    )
    .unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
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
