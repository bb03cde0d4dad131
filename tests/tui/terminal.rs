//! A pseudo-terminal with the program in it: keys go in, the screen is read back.
//!
//! Nothing here sleeps: every wait is for a thing on the screen, woken by the bytes that change it, with a deadline.

use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a busy machine before the test gives up.
const DEADLINE: Duration = Duration::from_secs(40);

/// What the program wrote so far.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    is_closed: bool,
}

/// A terminal and the program that runs in it.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

/// What to run, and in which surroundings. Nothing of the machine's own AWS settings gets in.
pub struct Launch {
    command: CommandBuilder,
    size: PtySize,
}

impl Launch {
    /// The program itself, with a home folder of its own.
    pub fn program(home: &Path) -> Self {
        Self::command(env!("CARGO_BIN_EXE_bucketry"), home)
    }

    /// Any command, in the same clean surroundings.
    pub fn command(program: &str, home: &Path) -> Self {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("TZ", "UTC"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.env("TMPDIR", std::env::temp_dir());
        command.cwd(home);
        Self { command, size: PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 } }
    }

    pub fn args<T: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The folder it starts in.
    pub fn folder(mut self, path: &Path) -> Self {
        self.command.cwd(path);
        self
    }

    pub fn size(mut self, cols: u16, rows: u16) -> Self {
        (self.size.cols, self.size.rows) = (cols, rows);
        self
    }

    pub fn start(self) -> Terminal {
        let pair = native_pty_system().openpty(self.size).unwrap();
        let child = pair.slave.spawn_command(self.command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(self.size.rows.try_into().unwrap(), self.size.cols.try_into().unwrap(), 0);
        let seen = Arc::new((Mutex::new(Seen { parser, bytes: Vec::new(), is_closed: false }), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                let new = buffer.get(..read).unwrap();
                seen.parser.process(new);
                seen.bytes.extend_from_slice(new);
                seen.is_closed = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Terminal { child, writer: pair.master.take_writer().unwrap(), master: pair.master, seen }
    }
}

impl Terminal {
    /// Types keys: plain characters as they are, others by name in angle brackets: `:s3://x<Enter>`, `<C-z>`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let end = if c == '<' { rest.find('>').expect("a key's name ends with >") + 1 } else { c.len_utf8() };
            let (key, behind) = rest.split_at(end);
            rest = behind;
            self.writer.write_all(&bytes_of(key)).unwrap();
        }
        self.writer.flush().unwrap();
        self
    }

    /// Sends bytes as they are, such as a mouse report.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.writer.write_all(bytes).unwrap();
        self.writer.flush().unwrap();
        self
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        let mut seen = self.seen.0.lock().unwrap();
        seen.parser.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        drop(seen);
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Waits until the screen satisfies the condition, and fails with a picture of it if it never does.
    pub fn until(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        self.until_on(what, |screen| condition(&screen.contents()))
    }

    fn until_on(&self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + DEADLINE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let text = seen.parser.screen().contents();
            if condition(seen.parser.screen()) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !seen.is_closed, "never saw {what}; the screen:\n{text}");
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    pub fn wait(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    pub fn gone(&self, text: &str) -> String {
        self.until(&format!("the end of {text}"), |screen| !screen.contains(text))
    }

    /// Waits until the program has ended, and returns its exit code.
    pub fn exit_code(&mut self) -> u32 {
        let deadline = Instant::now() + DEADLINE;
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.is_closed {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the program never ended; the screen:\n{}", seen.parser.screen().contents());
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        drop(seen);
        self.child.wait().unwrap().exit_code()
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let process = self.child.process_id().unwrap().try_into().unwrap();
        kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
    }

    /// Whether the terminal was left as a shell wants it: main screen, cursor shown, no mouse, no bracketed paste.
    pub fn is_sane(&self) -> bool {
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// Waits until the row that holds the text is drawn reversed there.
    pub fn reversed(&self, text: &str) {
        self.until_on(&format!("{text} reversed"), |screen| {
            let mut rows = screen.rows(0, u16::MAX).zip(0..);
            let Some((line, row)) = rows.find(|(line, _)| line.contains(text)) else { return false };
            let column = line.chars().take_while(|c| !text.starts_with(*c)).count();
            screen.cell(row, column.try_into().unwrap()).is_some_and(vt100::Cell::inverse)
        });
    }

    pub fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Every byte written so far, as it came.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().bytes.clone()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bytes_of(key: &str) -> Vec<u8> {
    let name = key.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let text = match name {
        None => key,
        Some("Enter") => "\r",
        Some("Esc") => "\x1b",
        Some("Tab") => "\t",
        Some("BackTab") => "\x1b[Z",
        Some("Space") => " ",
        Some("Backspace") => "\x7f",
        Some("Up") => "\x1b[A",
        Some("Down") => "\x1b[B",
        Some("Right") => "\x1b[C",
        Some("Left") => "\x1b[D",
        Some("Home") => "\x1b[H",
        Some("End") => "\x1b[F",
        Some("lt") => "<",
        Some(other) => {
            let letter = other.strip_prefix("C-").expect("a key with a name that is known here");
            return vec![letter.bytes().next().unwrap() & 0x1f];
        }
    };
    text.as_bytes().to_vec()
}
