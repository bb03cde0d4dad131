//! `cp` and `mv`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use bucketry::demo::{Fault, Rule};

use crate::stage::{Said, Stage, wait};

#[test]
fn a_file_keeps_its_name_below_a_slash_and_takes_the_key_without_one() {
    let t = Stage::new();
    t.write("report.csv", "1,2");
    assert_eq!(t.done(&["cp", "report.csv", "s3://stage"]), "", "data only");
    t.done(&["cp", "report.csv", "s3://stage/dir/"]);
    t.done(&["cp", "report.csv", "s3://stage/dir"]);
    assert_eq!(t.keys(), ["dir", "dir/report.csv", "report.csv"]);
    t.done(&["cp", "s3://stage/dir/report.csv", "s3://stage/other/renamed.csv"]);
    assert_eq!(t.get("other/renamed.csv"), b"1,2");
}

#[test]
fn an_object_goes_into_a_folder_or_takes_the_name_that_is_given() {
    let t = Stage::new();
    t.put("a/f.txt", "text");
    fs::create_dir(t.path("there")).unwrap();
    t.done(&["cp", "s3://stage/a/f.txt", "there"]);
    t.done(&["cp", "s3://stage/a/f.txt", "new/"]);
    t.done(&["cp", "s3://stage/a/f.txt", "named"]);
    t.done(&["cp", "s3://stage/a/f.txt", "."]);
    for path in ["there/f.txt", "new/f.txt", "named", "f.txt"] {
        assert_eq!(t.read(path), "text", "{path}");
    }
}

#[test]
fn recursive_copies_what_is_in_the_source_right_below_the_target() {
    let t = Stage::new();
    t.write("site/index.html", "i");
    t.write("site/img/a.png", "a");
    t.done(&["cp", "--recursive", "site", "s3://stage"]);
    t.done(&["cp", "-r", "site/", "s3://stage/www/"]);
    t.done(&["cp", "-r", "s3://stage/img", "s3://stage/copy"]);
    assert_eq!(
        t.keys(),
        ["copy/a.png", "img/a.png", "index.html", "www/img/a.png", "www/index.html"],
        "with or without slashes"
    );
    t.done(&["cp", "-r", "s3://stage/www", "down"]);
    assert_eq!((t.read("down/index.html"), t.read("down/img/a.png")), ("i".to_owned(), "a".to_owned()));
    t.done(&["cp", "-r", "s3://stage", "all"]);
    assert_eq!(t.read("all/www/img/a.png"), "a");
}

#[test]
fn a_prefix_is_no_part_of_a_name() {
    let t = Stage::new();
    t.put("logs/1", "a");
    t.put("logs-old/1", "b");
    t.done(&["mv", "-r", "s3://stage/logs", "s3://stage/moved"]);
    assert_eq!(t.keys(), ["logs-old/1", "moved/1"]);
}

#[test]
fn the_marker_of_a_prefix_goes_along_within_s3_and_is_the_folder_itself_elsewhere() {
    let t = Stage::new();
    t.put("a/", "");
    t.put("a/f", "f");
    t.done(&["cp", "-r", "s3://stage/a/", "s3://stage/b/"]);
    assert_eq!(t.keys(), ["a/", "a/f", "b/", "b/f"]);
    let said = t.run(&["cp", "-r", "s3://stage/a/", "down"]);
    assert_eq!((said.code, t.read("down/f").as_str()), (0, "f"), "{said:?}");
    assert!(said.err.contains("skipped 1 item: it marks the folder itself"), "{said:?}");
}

#[test]
fn filters_apply_to_what_is_below_the_source_in_their_order() {
    let t = Stage::new();
    for name in ["a.csv", "sub/b.csv", "sub/c.txt", "d.tmp"] {
        t.write(&format!("data/{name}"), name);
    }
    t.done(&["cp", "-r", "data", "s3://stage/", "--exclude", "*", "--include", "*.csv"]);
    assert_eq!(t.keys(), ["a.csv", "sub/b.csv"]);
    t.done(&["cp", "-r", "s3://stage/", "down", "--exclude", "sub/*"]);
    assert!(t.path("down/a.csv").exists() && !t.path("down/sub").exists());
}

#[test]
fn overwriting_is_the_custom_and_no_overwrite_and_if_newer_leave_what_is_there() {
    let t = Stage::new();
    t.write("f", "new");
    t.put("f", "old");
    let said = t.run(&["cp", "f", "s3://stage/", "--no-overwrite"]);
    assert!(said.code == 0 && said.err.contains("skipped 1 item: the target exists"), "{said:?}");
    assert_eq!(t.get("f"), b"old");
    let old = fs::File::options().write(true).open(t.path("f")).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    t.done(&["cp", "f", "s3://stage/", "--if-newer"]);
    assert_eq!(t.get("f"), b"old");
    t.done(&["cp", "f", "s3://stage/"]);
    assert_eq!(t.get("f"), b"new");
    assert_eq!(t.run(&["cp", "f", "s3://stage/", "--if-newer", "--no-overwrite"]).code, 2);
}

#[test]
fn a_move_deletes_its_source_and_the_folders_that_it_emptied() {
    let t = Stage::new();
    t.write("box/a", "a");
    t.write("box/sub/b", "b");
    t.done(&["mv", "-r", "box", "s3://stage/in/"]);
    assert_eq!(t.keys(), ["in/a", "in/sub/b"]);
    assert!(!t.path("box").exists());
    t.done(&["mv", "s3://stage/in/a", "back"]);
    assert_eq!((t.keys(), t.read("back")), (vec!["in/sub/b".to_owned()], "a".to_owned()));
}

#[test]
fn a_source_that_is_not_there_is_a_failure_whatever_the_filter_takes() {
    let t = Stage::new();
    for filter in [&[][..], &["--exclude", "*", "--include", "*.txt"]] {
        for verb in ["cp", "mv"] {
            let said = t.run(&[&[verb, "-r", "no-such-folder", "s3://stage/"], filter].concat());
            assert!(said.code == 1 && said.err.contains("no-such-folder"), "{said:?}");
        }
    }
}

#[test]
fn what_failed_is_listed_with_code_request_id_and_hint_and_the_rest_is_done() {
    let t = Stage::new();
    t.put("a", "a");
    t.put("b", "b");
    let _rule = t.demo.faults().add(Rule::new(Fault::Denied).on("GetObject").key("a"));
    let said = t.run(&["cp", "-r", "s3://stage/", "down"]);
    assert_eq!((said.code, t.read("down/b").as_str()), (1, "b"), "{said:?}");
    assert!(said.err.contains("s3://stage/a") && said.err.contains("code AccessDenied, request id "), "{said:?}");
    assert!(said.err.contains("hint: ask for the permission s3:GetObject"), "{said:?}");
    assert!(said.err.contains("copied 1 item, 1 B; 1 failed"), "{said:?}");
}

#[test]
fn with_json_each_item_says_how_it_ended_and_quiet_says_only_what_failed() {
    let t = Stage::new();
    t.write("d/one", "1");
    t.write("d/two", "22");
    let said = t.run(&["cp", "-r", "d", "s3://stage/", "--json"]);
    let mut items: Vec<_> = said.json().iter().map(|item| (item["bytes"].clone(), item["verified"].clone())).collect();
    items.sort_by_key(|(bytes, _)| bytes.as_u64());
    assert_eq!(items, [(1.into(), "CRC64NVME".into()), (2.into(), "CRC64NVME".into())]);
    assert_eq!(said.err, "");
    let said = t.run(&["cp", "-q", "d/one", "s3://stage/"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""));
    let said = t.run(&["cp", "-q", "none", "s3://stage/"]);
    assert!(said.code == 1 && said.err.contains("none"), "{said:?}");
}

#[test]
fn the_storage_class_is_written() {
    let t = Stage::new();
    t.write("f", "f");
    t.done(&["cp", "f", "s3://stage/", "--storage-class", "standard_ia"]);
    assert!(t.done(&["ls", "--json", "s3://stage/"]).contains("\"STANDARD_IA\""));
}

#[test]
fn what_is_refused_as_a_whole_says_why_and_nothing_of_totals() {
    let t = Stage::new();
    t.put("a/f", "f");
    let said = t.run(&["mv", "-r", "s3://stage/a", "s3://stage/a/b"]);
    assert!(said.code == 1 && said.err.contains("the destination is inside the source"), "{said:?}");
    assert!(!said.err.contains("moved"), "{said:?}");
    assert_eq!(t.keys(), ["a/f"]);
}

#[test]
fn a_reader_that_leaves_early_does_not_end_the_work() {
    let t = Stage::new();
    for number in 0..200 {
        t.write(&format!("many/{number}"), "x");
    }
    let mut child = t.command(&["cp", "-r", "--json", "many", "s3://stage/"]).spawn().unwrap();
    drop(child.stdout.take());
    let said = Said::of(child);
    assert_eq!((said.code, said.err.as_str(), t.keys().len()), (0, "", 200));
}

#[test]
fn a_command_that_is_to_outlive_its_terminal_does() {
    let t = Stage::new();
    t.put("f", "contents");
    let stall = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject"));
    // What `nohup` does: the shell ignores the signal, and what it starts inherits that.
    let program = env!("CARGO_BIN_EXE_bucketry");
    let script = format!("trap '' HUP; exec '{program}' cp -q s3://stage/f down");
    let command = t.command(&[]);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &script]).current_dir(t.folder()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait("the object is asked for", || t.demo.count("GetObject") > 0);
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::HUP).unwrap();
    t.demo.faults().remove(stall);
    let said = Said::of(child);
    assert_eq!((said.code, t.read("down").as_str()), (0, "contents"), "{said:?}");
}

#[test]
fn credentials_that_are_old_from_the_start_end_a_command_that_nobody_watches() {
    let t = Stage::new();
    t.write("f", "x");
    t.demo.faults().add(Rule::new(Fault::ExpiredToken));
    let commands: [&[&str]; 3] = [
        &["cp", "-q", "f", "s3://stage/k"],
        &["cp", "s3://stage/k", "down"],
        &["rm", "-r", "--yes", "s3://stage/logs"],
    ];
    for args in commands {
        let said = t.run(args);
        assert!(said.code == 1 && said.err.contains("ExpiredToken"), "{args:?}: {said:?}");
    }
}

#[test]
fn what_had_failed_before_an_interruption_is_told() {
    let t = Stage::new();
    for name in ["refused", "slow"] {
        t.write(&format!("up/{name}"), name);
    }
    t.demo.faults().add(Rule::new(Fault::Denied).on("PutObject").key("refused"));
    t.demo.faults().add(Rule::new(Fault::Stall).on("PutObject").key("slow"));
    let mut child = t.command(&["cp", "-r", "--json", "up", "s3://stage/"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("failed"), "{line}");
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let said = Said::of(child);
    assert_eq!(said.code, 130, "{said:?}");
    let (failure, end) = (said.err.find("s3://stage/refused"), said.err.find("interrupted"));
    assert!(failure.is_some() && failure < end, "{said:?}");
}
