//! How keys, pasted text and clicks move through a dialog: the same in all of them.
//!
//! Tab and the arrows go from stop to stop, Enter confirms the focused button, Esc leaves. What a button means is the
//! dialog's own affair.

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use super::layout::{Hit, Layout, layout};
use super::sheet::{Part, Sheet};
use super::{Ids, Step};
use crate::app::field::Field;
use crate::app::keymap::{Code, Key};
use crate::model::job::Report;

/// What has the focus, and how far the body is scrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The stop, counted from the top; the buttons come after the parts.
    pub focus: usize,
    /// The first line in view, as far as there are so many.
    pub scroll: usize,
    /// Whether the view moves so that the focused part is seen; scrolling by hand ends that.
    pub follows_focus: bool,
    /// When the dialog came up by itself; until a moment has passed it takes no keys, and nothing has the focus.
    pub came: Option<Timestamp>,
}

/// How long a dialog that came up by itself takes no keys: those were meant for what was there before.
const MOMENT: SignedDuration = SignedDuration::from_millis(300);

impl Form {
    /// Returns a form with the focus on this stop.
    pub fn at(focus: usize) -> Self {
        Self { focus, scroll: 0, follows_focus: true, came: None }
    }

    /// Lets the dialog take keys once a moment has passed since it came up, and also if the clock was set back.
    pub fn pass_time(&mut self, now: Timestamp) {
        self.came = self.came.filter(|came| (SignedDuration::ZERO..MOMENT).contains(&now.duration_since(*came)));
    }
}

/// A dialog, as far as moving through it is concerned.
pub trait Ask {
    /// Describes what is shown.
    fn sheet(&self) -> Sheet<'_>;

    /// Returns what has the focus.
    fn form(&self) -> &Form;

    /// Returns what has the focus, to move it.
    fn form_mut(&mut self) -> &mut Form;

    /// Returns the text field at this stop, if there is one.
    fn field(&mut self, _stop: usize) -> Option<&mut Field> {
        None
    }

    /// Chooses an option at this stop.
    fn choose(&mut self, _stop: usize, _option: usize) {}

    /// Returns the button that Enter means while this stop, not a button, has the focus; else Enter goes on.
    fn default_button(&self, _stop: usize) -> Option<usize> {
        None
    }

    /// Does what this button says.
    fn press(&mut self, button: usize, ids: &mut Ids) -> Step;

    /// Takes notice of a changed text; called when the focus leaves a field.
    fn leave(&mut self, _stop: usize, _ids: &mut Ids) -> Step {
        Step::stay()
    }

    /// Leaves without doing anything.
    fn cancel(&mut self) -> Step {
        Step::close()
    }

    /// Takes a report that answers this dialog; nothing if it is not meant for it.
    fn on_report(&mut self, _report: &Report) -> Option<Step> {
        None
    }

    /// Takes a key of this dialog alone, before all others.
    fn own_key(&mut self, _key: Key, _ids: &mut Ids) -> Option<Step> {
        None
    }
}

/// Takes a key.
pub fn on_key(ask: &mut dyn Ask, key: Key, area: Rect, ids: &mut Ids) -> Step {
    if let Some(step) = ask.own_key(key, ids) {
        return step;
    }
    let focus = ask.form().focus;
    if let Some(field) = ask.field(focus)
        && field.on_key(key)
    {
        return Step::stay();
    }
    if key.ctrl || key.alt {
        return Step::stay();
    }
    match key.code {
        Code::Esc => ask.cancel(),
        Code::Tab => move_focus(ask, 1, ids),
        Code::BackTab => move_focus(ask, -1, ids),
        Code::Up | Code::Char('k') => up_or_down(ask, -1, area, ids),
        Code::Down | Code::Char('j') => up_or_down(ask, 1, area, ids),
        Code::Left | Code::Char('h') => sideways(ask, -1, ids),
        Code::Right | Code::Char('l') => sideways(ask, 1, ids),
        Code::PageUp => scroll(ask, -5, area),
        Code::PageDown => scroll(ask, 5, area),
        Code::Enter => enter(ask, ids),
        Code::Char(' ') => space(ask, ids),
        _ => Step::stay(),
    }
}

/// Takes pasted text: it goes into the focused field, else nowhere.
pub fn on_paste(ask: &mut dyn Ask, pasted: &str) {
    let focus = ask.form().focus;
    if let Some(field) = ask.field(focus) {
        field.insert(pasted);
    }
}

/// Takes a click of the left button.
pub fn on_click(ask: &mut dyn Ask, column: u16, row: u16, area: Rect, ids: &mut Ids) -> Step {
    match place(ask, area).hit(column, row) {
        Hit::Button(button) => {
            let stop = ask.sheet().stops() + button;
            let moved = focus_on(ask, stop, ids);
            moved.then(|| ask.press(button, ids))
        }
        Hit::Stop(stop) => {
            let was_focused = ask.form().focus == stop;
            let moved = focus_on(ask, stop, ids);
            // The second click on a line of a list picks it; a choice that shows only one option goes on to the next.
            let is_row = matches!(part_at(&ask.sheet(), stop), Some(Part::Row { .. }));
            if is_row && was_focused {
                return moved.then(|| enter(ask, ids));
            }
            moved.then(|| turn(ask, stop, 1))
        }
        Hit::Option(stop, option) => {
            let moved = focus_on(ask, stop, ids);
            ask.choose(stop, option);
            moved
        }
        Hit::Inside | Hit::Outside => Step::stay(),
    }
}

/// Takes the wheel: so many lines down, or up if negative.
pub fn on_wheel(ask: &mut dyn Ask, lines: isize, area: Rect) {
    let _ = scroll(ask, lines, area);
}

fn place(ask: &dyn Ask, area: Rect) -> Layout {
    layout(&ask.sheet(), ask.form(), area)
}

fn part_at<'a, 'b>(sheet: &'a Sheet<'b>, stop: usize) -> Option<&'a Part<'b>> {
    sheet.parts.iter().filter(|part| part.is_stop()).nth(stop)
}

fn focus_on(ask: &mut dyn Ask, stop: usize, ids: &mut Ids) -> Step {
    let left = ask.form().focus;
    let form = ask.form_mut();
    form.focus = stop;
    form.follows_focus = true;
    if left == stop { Step::stay() } else { ask.leave(left, ids) }
}

fn move_focus(ask: &mut dyn Ask, by: isize, ids: &mut Ids) -> Step {
    let count = {
        let sheet = ask.sheet();
        sheet.stops() + sheet.buttons.len()
    };
    let next = ask.form().focus.checked_add_signed(by).filter(|next| *next < count);
    let next = next.unwrap_or(if by < 0 { count.saturating_sub(1) } else { 0 });
    focus_on(ask, next, ids)
}

/// Goes to the part above or below; where there are none but buttons, scrolls.
fn up_or_down(ask: &mut dyn Ask, by: isize, area: Rect, ids: &mut Ids) -> Step {
    let stops = ask.sheet().stops();
    let focus = ask.form().focus;
    if stops == 0 {
        return scroll(ask, by, area);
    }
    match (by < 0, focus < stops) {
        (true, false) => focus_on(ask, stops - 1, ids),
        (false, false) => Step::stay(),
        (true, true) if focus == 0 => Step::stay(),
        _ => move_focus(ask, by, ids),
    }
}

fn sideways(ask: &mut dyn Ask, by: isize, ids: &mut Ids) -> Step {
    let (stops, buttons) = {
        let sheet = ask.sheet();
        (sheet.stops(), sheet.buttons.len())
    };
    let focus = ask.form().focus;
    if focus < stops {
        return turn(ask, focus, by);
    }
    let next = focus.saturating_add_signed(by).clamp(stops, (stops + buttons).saturating_sub(1).max(stops));
    focus_on(ask, next, ids)
}

/// Chooses the next option, or the one before.
fn turn(ask: &mut dyn Ask, stop: usize, by: isize) -> Step {
    let (chosen, count) = match part_at(&ask.sheet(), stop) {
        Some(Part::Choice { options, chosen, .. }) => (*chosen, options.len()),
        _ => return Step::stay(),
    };
    let next = chosen.checked_add_signed(by).filter(|next| *next < count);
    ask.choose(stop, next.unwrap_or(if by < 0 { count.saturating_sub(1) } else { 0 }));
    Step::stay()
}

fn scroll(ask: &mut dyn Ask, by: isize, area: Rect) -> Step {
    let place = place(ask, area);
    let form = ask.form_mut();
    form.scroll = place.offset.saturating_add_signed(by).min(place.max_offset());
    form.follows_focus = false;
    Step::stay()
}

fn enter(ask: &mut dyn Ask, ids: &mut Ids) -> Step {
    let stops = ask.sheet().stops();
    let focus = ask.form().focus;
    match focus.checked_sub(stops).or_else(|| ask.default_button(focus)) {
        Some(button) => {
            let step = if focus < stops { ask.leave(focus, ids) } else { Step::stay() };
            step.then(|| ask.press(button, ids))
        }
        None => move_focus(ask, 1, ids),
    }
}

fn space(ask: &mut dyn Ask, ids: &mut Ids) -> Step {
    let stops = ask.sheet().stops();
    let focus = ask.form().focus;
    if focus >= stops { enter(ask, ids) } else { turn(ask, focus, 1) }
}
