//! Starts that go wrong: no terminal, no credentials, nobody there, a fault in a file.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::stage::Stage;
use crate::terminal::Launch;

#[test]
fn without_a_terminal_it_says_so_in_one_line_and_ends_with_2() {
    let output = Command::new(env!("CARGO_BIN_EXE_bucketry"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(said.contains("terminal") && said.lines().count() == 1, "{said}");
}

#[test]
fn without_credentials_the_local_pane_works_and_the_other_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("here.txt"), "x").unwrap();
    let mut t = Launch::program(home.path()).size(120, 36).start();
    t.wait("here.txt");
    let screen = t.until("what to do", |screen| screen.contains("Hint") && screen.contains("aws configure"));
    assert!(screen.contains("credentials"), "{screen}");
    t.keys("i").wait("here.txt");
    t.keys("iq");
    assert_eq!(t.exit_code(), 0);
}

#[test]
fn when_nobody_listens_the_error_names_the_operation_and_the_endpoint() {
    let home = tempfile::tempdir().unwrap();
    // Bound and let go, so that nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut t = Launch::program(home.path())
        .args(["--endpoint-url", &format!("http://127.0.0.1:{port}"), ".", "s3://somewhere/"])
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("AWS_REGION", "us-east-1")
        .size(120, 36)
        .start();
    let screen = t.until("the error", |screen| screen.contains("cannot list") && screen.contains("Hint"));
    assert!(screen.contains("s3://somewhere/"), "{screen}");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
    assert!(t.is_sane());
}

#[test]
fn a_fault_in_a_file_stops_the_start_with_its_line_and_the_nearest_name() {
    let stage = Stage::empty();
    let folder = stage.home().join(".config/bucketry");
    fs::create_dir_all(&folder).unwrap();
    for (file, text, words) in [
        ("config.toml", "mouse = true\nread_onyl = true\n", ["config.toml:2:", "read_only"]),
        ("keymap.toml", "\n\nmove-dwon = [\"Down\"]\n", ["keymap.toml:3:", "move-down"]),
    ] {
        fs::write(folder.join(file), text).unwrap();
        let mut t = stage.launch().env("XDG_CONFIG_HOME", stage.home().join(".config")).start();
        assert_eq!(t.exit_code(), 2);
        let screen = t.screen();
        for word in words {
            assert!(screen.contains(word), "{word} in {screen}");
        }
        fs::remove_file(folder.join(file)).unwrap();
    }
}
