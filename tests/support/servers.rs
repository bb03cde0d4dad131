//! The servers of the contract suite: found or set up when the first test asks, stopped when the test process ends.
//!
//! Each outside server hangs on a small shell whose standard input is a pipe from this process. When this process ends,
//! well or badly, the pipe closes and the shell stops exactly what it started.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper may fail loudly")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use bucketry::s3::Keys;

/// The one version of moto that the suite is written for.
const MOTO: &str = "moto[server]==5.2.1";

/// The one version of the aws CLI that a sync is compared with.
const AWS: &str = "awscli==1.46.3";

/// A server that the suite runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The endpoint in this process.
    Demo,
    /// moto.
    Moto,
    /// Ceph's gateway.
    Ceph,
}

/// A server that runs.
pub struct Server {
    /// Which it is.
    pub which: Which,
    /// Where it listens.
    pub endpoint: String,
    /// The keys of the account that owns everything.
    pub keys: Keys,
    /// The keys of another account, where there is one.
    pub other_keys: Option<Keys>,
    _held: Held,
}

/// What keeps the server running.
enum Held {
    Shell {
        _shell: Child,
    },
    #[cfg(feature = "demo")]
    Demo {
        _demo: bucketry::demo::Demo,
    },
}

impl Which {
    /// Returns the name that the output shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Demo => "the demo endpoint",
            Self::Moto => "moto 5.2.1",
            Self::Ceph => "Ceph RGW",
        }
    }

    /// Returns the server, started if need be, or nothing, with a line that says so, if this machine lacks it.
    pub fn server(self) -> Option<&'static Server> {
        static SERVERS: [OnceLock<Result<Server, String>>; 3] = [const { OnceLock::new() }; 3];
        let started = SERVERS.get(self as usize).unwrap().get_or_init(|| match self {
            Self::Demo => start_demo(),
            Self::Moto => start_moto(),
            Self::Ceph => start_ceph(),
        });
        match started {
            Ok(server) => Some(server),
            Err(reason) if is_required() => {
                panic!("{} is missing: {reason}", self.name())
            }
            Err(reason) => {
                say(&format!("skipped: {}: {reason}", self.name()));
                None
            }
        }
    }
}

/// Returns whether what is missing is a failure, and not a skipped part of the suite.
fn is_required() -> bool {
    std::env::var("BUCKETRY_REQUIRE_SERVERS").is_ok_and(|value| value == "1")
}

/// Prints a line that the test harness does not swallow.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(feature = "demo")]
fn start_demo() -> Result<Server, String> {
    use bucketry::demo::{Demo, Options};
    let demo = crate::target::runtime().block_on(Demo::start(Options { sample: false, ..Options::default() }));
    let demo = demo.map_err(|error| error.to_string())?;
    let other = demo.partner();
    Ok(Server {
        which: Which::Demo,
        endpoint: demo.endpoint(),
        keys: Keys::new(demo.access_key(), demo.secret_key()),
        other_keys: Some(Keys::new(other.access_key(), other.secret_key())),
        _held: Held::Demo { _demo: demo },
    })
}

#[cfg(not(feature = "demo"))]
fn start_demo() -> Result<Server, String> {
    Err("built without the feature demo".to_owned())
}

fn start_moto() -> Result<Server, String> {
    let program = installed("moto-5.2.1", MOTO, "moto_server")?;
    let port = free_port(0);
    let script = r#""$0" -H 127.0.0.1 -p "$1" 2>&1 & pid=$!; read -r _; kill $pid; wait $pid"#;
    let shell = hold(script, &[&program, Path::new(&port.to_string())], "Running on", Duration::from_mins(3))?;
    Ok(Server {
        which: Which::Moto,
        endpoint: format!("http://127.0.0.1:{port}"),
        keys: Keys::new("testing", "testing"),
        other_keys: None,
        _held: Held::Shell { _shell: shell },
    })
}

/// Returns the program that is compared with, or nothing, with a line that says so, if it cannot be installed.
pub fn aws_program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PROGRAM.get_or_init(|| installed("awscli-1.46.3", AWS, "aws")) {
        Ok(program) => Some(program.clone()),
        Err(reason) => {
            assert!(!is_required(), "the aws CLI is missing: {reason}");
            say(&format!("skipped: the aws CLI: {reason}"));
            None
        }
    }
}

/// Returns a program of a Python package, installed once into a folder of its own under `target/`.
fn installed(folder: &str, package: &str, program: &str) -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join(folder);
    let program = home.join("bin").join(program);
    fs::create_dir_all(home.parent().unwrap()).unwrap();
    // Test processes that run at the same time wait here for the first of them.
    let lock = File::create(home.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let is_ready = home.join("ready");
    if is_ready.exists() {
        return Ok(program);
    }
    let run = |command: &mut Command| match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("{command:?}: {error}")),
    };
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    run(Command::new(home.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", package]))?;
    File::create(is_ready).unwrap();
    Ok(program)
}

fn start_ceph() -> Result<Server, String> {
    if !rustix::process::geteuid().is_root() {
        return Err("it needs root".to_owned());
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/ceph-s3");
    let find = "for name in radosgw ceph-mon ceph-osd ceph-mgr; do command -v $name || exit 1; done";
    let installed = Command::new("sh").args(["-c", find]).stdout(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        return Err(format!("it is not installed: {} install", program.display()));
    }
    // Not below `target/`: the path of a socket has at most 107 bytes.
    let home = std::env::temp_dir().join(format!("bucketry-ceph-{}", std::process::id()));
    let port = free_port(1000);
    let endpoint = format!("http://127.0.0.1:{port}");
    let port = PathBuf::from(port.to_string());
    let script = r#""$0" up "$1" "$2" 2>&1; read -r _; "$0" down "$1"; rm -rf "$1""#;
    let arguments = [program.as_path(), &home, &port];
    let shell = hold(script, &arguments, "ready:", Duration::from_mins(3))?;
    Ok(Server {
        which: Which::Ceph,
        endpoint,
        keys: Keys::new("testaccesskey0000001", "testsecretkey0000000000000000000000000001"),
        other_keys: Some(Keys::new("altaccesskey00000001", "altsecretkey0000000000000000000000000000001")),
        _held: Held::Shell { _shell: shell },
    })
}

/// Runs a shell script, waits for a line that holds `ready`, and keeps its output flowing.
fn hold(script: &str, arguments: &[&Path], ready: &'static str, limit: Duration) -> Result<Child, String> {
    let mut shell = Command::new("sh")
        .args(["-c", script])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let output = BufReader::new(shell.stdout.take().expect("the output is a pipe"));
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let mut seen = Vec::new();
        let mut is_ready = false;
        for line in output.lines().map_while(Result::ok) {
            if !is_ready && line.contains(ready) {
                is_ready = true;
                let _ = sender.send(Ok(()));
            }
            if !is_ready {
                seen.push(line);
            }
        }
        let _ = sender.try_send(Err(seen.join("\n")));
    });
    match receiver.recv_timeout(limit) {
        Ok(Ok(())) => Ok(shell),
        Ok(Err(output)) => Err(format!("it ended before it was ready: {output}")),
        Err(_) => Err(format!("it was not ready within {} s", limit.as_secs())),
    }
}

/// Returns a port that is free, as is the one `beside` it.
fn free_port(beside: u16) -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if beside == 0 || port.checked_add(beside).is_some_and(|next| TcpListener::bind(("127.0.0.1", next)).is_ok()) {
            return port;
        }
    }
    panic!("no port is free");
}
