//! What the terminal sends, as events of ours: keys, mouse, pasted text.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use crossterm::event::{
    Event as Raw, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use futures_util::Stream;
use futures_util::task::AtomicWaker;

use crate::app::event::{Event, Mouse, MouseKind};
use crate::app::keymap::{Code, Key};

/// Two clicks on one cell within this time are a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// How long the reading thread may take to let go of the terminal.
const PARK: Duration = Duration::from_millis(500);

/// The stream of what a person does.
pub struct Input {
    stream: Option<EventStream>,
    bell: Arc<Bell>,
    clicks: Clicks,
}

/// Rung by the thread that reads the terminal, when it has found something or has let go.
#[derive(Default)]
struct Bell {
    is_rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.is_rung.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

impl Default for Input {
    fn default() -> Self {
        Self { stream: Some(EventStream::new()), bell: Arc::default(), clicks: Clicks::default() }
    }
}

impl Input {
    /// Waits for the next event that means something here; nothing when the terminal is gone.
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let Some(stream) = &mut self.stream else { return Poll::Pending };
        self.bell.task.register(context.waker());
        let waker = Waker::from(Arc::clone(&self.bell));
        loop {
            match pin!(&mut *stream).poll_next(&mut Context::from_waker(&waker)) {
                Poll::Pending => return Poll::Pending,
                // Being woken to let go looks like an interruption to whoever reads next.
                Poll::Ready(Some(Err(error))) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Poll::Ready(None | Some(Err(_))) => return Poll::Ready(None),
                Poll::Ready(Some(Ok(raw))) => {
                    if let Some(event) = self.clicks.event(raw) {
                        return Poll::Ready(Some(event));
                    }
                }
            }
        }
    }

    /// Stops reading the terminal, and returns once nobody here reads it: from then on every key is the child's.
    ///
    /// Dropping the stream only asks its thread to stop. A child that is started before the thread has stopped loses
    /// the first keys to it.
    pub async fn park(&mut self) {
        self.bell.is_rung.store(false, Ordering::SeqCst);
        if self.stream.take().is_none() {
            return;
        }
        let bell = Arc::clone(&self.bell);
        let parked = std::future::poll_fn(move |context| {
            bell.task.register(context.waker());
            if bell.is_rung.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        });
        // The thread does not ring if it had nothing to wait for; then it does not read either.
        let _ = tokio::time::timeout(PARK, parked).await;
    }

    /// Reads the terminal again.
    pub fn resume(&mut self) {
        *self = Self::default();
    }
}

/// Tells double clicks from single ones.
#[derive(Debug, Default)]
struct Clicks {
    last: Option<(Instant, u16, u16)>,
}

impl Clicks {
    fn event(&mut self, raw: Raw) -> Option<Event> {
        match raw {
            Raw::Key(key) => key_of(key).map(Event::Key),
            Raw::Paste(text) => Some(Event::Paste(text)),
            Raw::Mouse(mouse) => self.mouse(mouse),
            // The loop hears of sizes from the system itself: here one is lost when it comes together with a key.
            Raw::Resize(..) | Raw::FocusGained | Raw::FocusLost => None,
        }
    }

    fn mouse(&mut self, raw: MouseEvent) -> Option<Event> {
        let kind = match raw.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                MouseKind::Down { is_double: self.is_double(raw.column, raw.row) }
            }
            MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
            MouseEventKind::Up(MouseButton::Left) => MouseKind::Up,
            MouseEventKind::ScrollUp => MouseKind::WheelUp,
            MouseEventKind::ScrollDown => MouseKind::WheelDown,
            _ => return None,
        };
        Some(Event::Mouse(Mouse { kind, column: raw.column, row: raw.row }))
    }

    fn is_double(&mut self, column: u16, row: u16) -> bool {
        let now = Instant::now();
        let is_double =
            self.last.is_some_and(|(then, x, y)| (x, y) == (column, row) && now.duration_since(then) < DOUBLE);
        // A third click begins anew.
        self.last = (!is_double).then_some((now, column, row));
        is_double
    }
}

fn key_of(raw: KeyEvent) -> Option<Key> {
    if raw.kind == KeyEventKind::Release {
        return None;
    }
    let code = match raw.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let held = |modifier| raw.modifiers.contains(modifier);
    let key =
        Key { code, ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT), shift: held(KeyModifiers::SHIFT) };
    Some(key.normal())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn click(column: u16) -> Raw {
        Raw::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row: 3,
            modifiers: KeyModifiers::NONE,
        })
    }

    fn is_double(event: Option<&Event>) -> bool {
        matches!(event, Some(Event::Mouse(Mouse { kind: MouseKind::Down { is_double: true }, .. })))
    }

    #[test]
    fn two_quick_clicks_on_one_cell_are_a_double_click_and_a_third_begins_anew() {
        let mut clicks = Clicks::default();
        assert!(!is_double(clicks.event(click(1)).as_ref()));
        assert!(is_double(clicks.event(click(1)).as_ref()));
        assert!(!is_double(clicks.event(click(1)).as_ref()));
        assert!(!is_double(clicks.event(click(2)).as_ref()));
    }

    #[test]
    fn keys_keep_their_modifiers() {
        let raw = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
        assert_eq!(key_of(raw), Some(Key::ctrl('u')));
        let raw = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(key_of(raw), Some(Key::char('G')));
    }
}
