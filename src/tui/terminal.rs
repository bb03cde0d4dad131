//! The terminal: taken over at the start, given back at the end, however that comes.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::process::{Pid, Signal, kill_current_process_group, kill_process};
use tokio::process::{Child, Command};

/// As much as a full frame of a large screen needs, so that a frame is one write.
const BUFFER: usize = 64 * 1024;

/// Whether the screen is ours, for a panic, which has nobody to ask.
static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// The screen, while it is ours.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    takes_mouse: bool,
}

/// Returns whether there is a person at the other end of both standard streams.
pub fn is_present() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

impl Screen {
    /// Takes the terminal over. From here on a panic of this thread, which has the loop, gives it back.
    pub fn open(takes_mouse: bool) -> io::Result<Self> {
        static HOOK: std::sync::Once = std::sync::Once::new();
        HOOK.call_once(|| {
            let report = std::panic::take_hook();
            let ours = std::thread::current().id();
            std::panic::set_hook(Box::new(move |panic| {
                on_panic(std::thread::current().id() == ours, panic, || report(panic));
            }));
        });
        // `NO_COLOR` is the theme's business. What crossterm makes of it (an empty colour) resets bold and reversed too.
        crossterm::style::force_color_output(true);
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout()));
        let viewport = Viewport::Fixed(area()?);
        let mut screen = Self { terminal: Terminal::with_options(backend, TerminalOptions { viewport })?, takes_mouse };
        screen.take_over()?;
        Ok(screen)
    }

    fn take_over(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        IS_OPEN.store(true, Ordering::SeqCst);
        let writer = self.terminal.backend_mut();
        queue!(writer, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.takes_mouse {
            queue!(writer, EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Returns the size in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        area().map_or((80, 24), |area| (area.width, area.height))
    }

    /// Takes note of the size, which may be the old one, so that the next frame is drawn whole; returns columns and rows.
    ///
    /// `Terminal::clear` would do the same, but asks the terminal where its cursor is and waits for the answer.
    pub fn resize(&mut self) -> io::Result<(u16, u16)> {
        let (width, height) = self.size();
        self.terminal.resize(Rect::new(0, 0, width, height))?;
        Ok((width, height))
    }

    /// Draws one frame: only what has changed is written, in one write.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.terminal.draw(view).map(|_| ())
    }

    /// Gives the terminal to somebody else, as it was before.
    pub fn leave(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().flush()?;
        give_back();
        Ok(())
    }

    /// Takes the terminal over again; the size may have changed meanwhile.
    pub fn enter(&mut self) -> io::Result<(u16, u16)> {
        self.take_over()?;
        self.resize()
    }

    /// Hands text to the clipboard of the terminal, which may be far away (OSC 52, xterm control sequences).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        let writer = self.terminal.backend_mut();
        write!(writer, "\x1b]52;c;{encoded}\x07")?;
        writer.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.terminal.backend_mut().flush();
        give_back();
    }
}

/// Tells of a panic where it can be seen: on the terminal if the loop itself ends by it, or if the screen is not ours.
///
/// A task that panics is a job that failed: the loop goes on drawing, and words on its screen would only spoil it.
fn on_panic(is_loop: bool, panic: &impl Display, report: impl FnOnce()) {
    tracing::error!(%panic, "a fault in this program");
    if is_loop {
        give_back();
    }
    if !IS_OPEN.load(Ordering::SeqCst) {
        report();
    }
}

/// Makes the terminal what it was, once; failures are of no use to anybody then.
fn give_back() {
    if IS_OPEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
    }
}

fn area() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Rect::new(0, 0, width, height))
}

/// Starts the person's editor on a file: `$VISUAL`, `$EDITOR` or `vi`, with arguments if there are any.
pub fn editor(file: &Path) -> io::Result<Child> {
    let chosen =
        ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    let chosen = chosen.unwrap_or_else(|| "vi".to_owned());
    let mut words = chosen.split_whitespace();
    let program = words.next().unwrap_or("vi");
    Command::new(program)
        .args(words)
        .arg(file)
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("cannot start the editor {program}: {error}")))
}

/// Returns whether somebody can continue the program once it has stopped.
///
/// A shell with job control gives each program a group of its own. The group of the session's first process has nobody
/// above it: there (`ssh -t host bucketry`, `tmux new bucketry`, a container) the system ignores the stop of a terminal,
/// but not ours, after which nobody could wake the program again.
pub fn can_stop() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpgrp())
}

/// Stops the program, as Ctrl-Z does elsewhere; the shell continues it.
///
/// The whole process group is stopped, so that a script around the program stops with it.
pub fn stop() {
    let _ = kill_current_process_group(Signal::STOP);
}

/// Continues the rest of the process group, if the program was continued alone.
pub fn go_on() {
    let _ = kill_current_process_group(Signal::CONT);
}

/// Asks a child to end, as the program itself was asked.
pub fn end(child: &Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        let _ = kill_process(id, Signal::TERM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_panics_leaves_the_screen_to_the_loop() {
        let mut is_told = false;
        IS_OPEN.store(true, Ordering::SeqCst);
        on_panic(false, &"a task", || is_told = true);
        assert!(IS_OPEN.swap(false, Ordering::SeqCst) && !is_told);
        on_panic(false, &"a task", || is_told = true);
        assert!(is_told, "no screen is in the way");
    }
}
