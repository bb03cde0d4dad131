//! Routes each event to the part of the state it is for. One call an arm: what happens is said where the part is.

mod access;
mod attributes;
mod browse;
mod compare;
mod edit;
mod history;
mod mouse;
mod publish;
mod report;
mod settings;
mod transfers;
mod uploads;
mod work;

use jiff::Timestamp;

use super::action::{Action, Context};
use super::dialog::{Dialog, Reply, Step, ask_quit::AskQuit, offer::Offer, overwrite::Overwrite};
use super::effect::Effect;
use super::event::{Event, Mouse, MouseKind};
use super::help::Help;
use super::history::places;
use super::keymap::{Code, Key};
use super::layout::{Layout, layout};
use super::notice::Notice;
use super::palette::{Chosen, Palette};
use super::state::{Screen, Side, State};
use crate::model::job::{JobId, Leaving, PresignedMethod, Request, Work};
use crate::model::plan::ConflictPolicy;
use crate::model::progress::Snapshot;
use crate::model::text::counted;

/// How long after a Ctrl-C another one leaves without asking.
const SECOND_INTERRUPT: i64 = 2;

/// Takes an event and returns what has to be done.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let effects = match event {
        Event::Key(key) => on_key(state, key),
        Event::Paste(text) => on_paste(state, &text),
        Event::Mouse(mouse) if is_press(mouse) && !is_ready(state) => vec![],
        Event::Mouse(mouse) => mouse::on_mouse(state, mouse),
        Event::Resize { width, height } => on_resize(state, width, height),
        Event::Report(report) => report::on_report(state, report),
        Event::Tick { now, progress } => on_tick(state, now, &progress),
        Event::Edited { path, is_changed, problem } => edit::on_edited(state, &path, is_changed, problem),
        Event::NotSuspended => on_not_suspended(state),
        Event::Terminate => vec![Effect::Quit(Leaving::Keep)],
    };
    let mut effects = admit(state, effects);
    let more = settle(state);
    effects.extend(admit(state, more));
    effects
}

/// The one place where writing is refused, and where the record of jobs learns what is asked of the engine.
fn admit(state: &mut State, effects: Vec<Effect>) -> Vec<Effect> {
    let mut admitted = Vec::with_capacity(effects.len());
    for effect in effects {
        if state.is_read_only && is_writing(&effect) {
            state.notice = Some(read_only());
            admitted.extend(give_up_editing(state, &effect));
            continue;
        }
        if let Effect::Submit(request) = &effect {
            report::remember_touched(state, request);
            let more = state.queue.on_submit(request);
            if matches!(request, Request::Start { work: Work::Sync(_), .. }) {
                // What was found will not hold any more.
                admitted.extend(compare::close(state));
            }
            admitted.push(effect);
            admitted.extend(more);
        } else {
            admitted.push(effect);
        }
    }
    admitted
}

/// Every job writes somewhere, also one that is resumed, an object is only fetched to be edited, and an address to write to is
/// signed to be used.
fn is_writing(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Edit(_)
            | Effect::Submit(
                Request::Start { .. }
                    | Request::TakeUp { .. }
                    | Request::GiveUp { .. }
                    | Request::Forget { .. }
                    | Request::Resume(_)
                    | Request::Fetch { .. }
                    | Request::WriteDocument { .. }
                    | Request::Expose { .. }
                    | Request::Presign { method: PresignedMethod::Put, .. }
            )
    )
}

/// Removes the file that an object was fetched to, where writing was switched off before it could be edited.
fn give_up_editing(state: &mut State, refused: &Effect) -> Option<Effect> {
    let editing = state.editing.take_if(|editing| matches!(refused, Effect::Edit(path) if *path == editing.path))?;
    Some(Effect::Discard(editing.path))
}

/// An answer that lets a job write is the person's decision as much as beginning one.
fn is_writing_answer(effect: &Effect) -> bool {
    matches!(effect, Effect::Submit(Request::Resolve { answer, .. }) if answer.policy != ConflictPolicy::Skip)
}

fn read_only() -> Notice {
    Notice::warning("writing is switched off; press W to allow it")
}

/// Brings what depends on the rest in line with it: windows, the inspector's subject, waiting questions.
fn settle(state: &mut State) -> Vec<Effect> {
    let layout = layout(state);
    for side in [Side::Left, Side::Right] {
        // One that is not shown keeps its window, to come back as it was.
        if let Some(pane) = layout.pane(side) {
            state.pane_mut(side).tree_mut().follow(usize::from(pane.rows.height));
        }
    }
    if let (Some(area), Some(compare)) = (layout.full(Screen::Compare), &mut state.compare) {
        compare.follow(usize::from(super::compare::parts(area).rows.height));
    }
    if let Some(area) = layout.full(Screen::History) {
        state.history.follow(usize::from(places(area).rows.height));
    }
    if let (Some(area), Some(permissions)) = (layout.full(Screen::Access), &mut state.permissions) {
        permissions.follow(area);
    }
    let mut effects = settings::follow(state, layout.full(Screen::Settings));
    effects.extend(uploads::follow(state, layout.full(Screen::Uploads)));
    offer_left(state);
    ask_next_question(state);
    compare::open_waiting(state);
    publish::tell_end(state);
    effects.extend(edit::open_fetched(state));
    effects.extend(access::forget_closed(state));
    effects.extend(uploads::forget_closed(state));
    effects.extend(browse::follow_words(state, &layout));
    if state.is_inspecting {
        let item = state.current_item();
        effects.extend(state.inspector.follow(item, &mut state.ids));
    }
    effects
}

/// Returns whether keys are meant for something that nothing else may take them from.
fn is_busy(state: &State) -> bool {
    state.dialog.is_some() || state.palette.is_some() || state.help.is_some() || state.is_typing()
}

/// Offers what earlier runs have left, once.
fn offer_left(state: &mut State) {
    if is_busy(state) {
        return;
    }
    if let Some(left) = state.queue.take_offer() {
        state.dialog = Some(Dialog::Offer(Box::new(Offer::new(left))).unasked(state.now));
    }
}

fn ask_next_question(state: &mut State) {
    if is_busy(state) {
        return;
    }
    if let Some(asked) = state.queue.next_question() {
        let dialog = Overwrite::new(asked.job, asked.question, asked.conflict.clone(), state.zone.clone());
        state.dialog = Some(Dialog::Overwrite(Box::new(dialog)).unasked(state.now));
    }
}

fn on_tick(state: &mut State, now: Timestamp, progress: &[(JobId, Snapshot)]) -> Vec<Effect> {
    state.now = now;
    state.queue.on_tick(now, progress);
    if let Some(dialog) = &mut state.dialog {
        dialog.pass_time(now);
    }
    vec![]
}

/// Returns whether keys and clicks may go where they go: not into a dialog that nobody can have seen yet.
fn is_ready(state: &State) -> bool {
    state.dialog.as_ref().is_none_or(Dialog::is_ready)
}

fn is_press(mouse: Mouse) -> bool {
    matches!(mouse.kind, MouseKind::Down { .. })
}

fn on_resize(state: &mut State, width: u16, height: u16) -> Vec<Effect> {
    state.width = width;
    state.height = height;
    browse::focus_what_covers(state);
    vec![]
}

fn on_not_suspended(state: &mut State) -> Vec<Effect> {
    state.notice = Some(Notice::warning("not stopped: no shell with job control could bring the program back"));
    vec![]
}

/// Returns where the keys go.
pub fn context(state: &State) -> Context {
    match (state.screen, state.is_inspecting && state.is_inspector_focused) {
        (Screen::Transfers, _) => Context::Transfers,
        (Screen::Compare, _) => Context::Compare,
        (Screen::History, _) => Context::History,
        (Screen::Settings, _) => Context::Settings,
        (Screen::Access, _) => Context::Access,
        (Screen::Uploads, _) => Context::Uploads,
        (Screen::Browse, true) => Context::Inspector,
        (Screen::Browse, false) => Context::Panes,
    }
}

fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    state.notice = None;
    state.queue.on_key();
    if key == Key::ctrl('c') && is_second_interrupt(state) {
        return vec![Effect::Quit(Leaving::Cancel)];
    }
    if !is_ready(state) {
        return vec![];
    }
    if state.dialog.is_some() {
        return on_dialog(state, |dialog, area, ids| match key {
            key if key == Key::ctrl('c') => dialog.cancel(),
            key => dialog.on_key(key, area, ids),
        });
    }
    if let Some(palette) = &mut state.palette {
        let chosen = palette.on_key(key, &mut state.ids);
        return on_chosen(state, chosen);
    }
    if state.help.is_some() {
        return on_help_key(state, key);
    }
    if state.is_typing() {
        return match state.screen {
            Screen::History => history::on_filter_key(state, key),
            Screen::Settings => settings::on_text_key(state, key),
            Screen::Uploads => uploads::on_filter_key(state, key),
            _ => browse::on_filter_key(state, key),
        };
    }
    match state.keymap.action(context(state), key) {
        Some(action) => act(state, action),
        None => vec![],
    }
}

fn is_second_interrupt(state: &mut State) -> bool {
    let before = state.interrupted.replace(state.now);
    before.is_some_and(|before| state.now.as_second() - before.as_second() <= SECOND_INTERRUPT)
}

fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(dialog) = &mut state.dialog {
        if dialog.is_ready() {
            dialog.on_paste(text);
        }
        return vec![];
    }
    if let Some(palette) = &mut state.palette {
        let chosen = palette.on_paste(text, &mut state.ids);
        return on_chosen(state, chosen);
    }
    if state.screen == Screen::History {
        let is_typing = state.history.is_typing;
        return if is_typing { state.history.retype(&mut state.ids, |field| field.insert(text)) } else { vec![] };
    }
    if state.screen == Screen::Settings {
        settings::on_paste(state, text);
        return vec![];
    }
    if let Some(own) = state.uploads.as_mut().filter(|own| state.screen == Screen::Uploads && own.is_typing) {
        own.retype(|field| field.insert(text));
        return vec![];
    }
    browse::on_filter_paste(state, text);
    vec![]
}

/// Lets the open dialog take something, and does what it answers.
fn on_dialog(
    state: &mut State,
    take: impl FnOnce(&mut Dialog, ratatui::layout::Rect, &mut super::state::Ids) -> Step,
) -> Vec<Effect> {
    let area = layout(state).screen;
    let Some(dialog) = &mut state.dialog else { return vec![] };
    let step = take(dialog, area, &mut state.ids);
    on_step(state, step)
}

fn on_step(state: &mut State, step: Step) -> Vec<Effect> {
    if let Step::Stay(effects) | Step::Close(effects) = &step
        && effects.iter().any(|effect| matches!(effect, Effect::Copy(_)))
    {
        // Whether the terminal takes it, it does not say.
        state.notice = Some(Notice::good("sent to the clipboard of the terminal"));
    }
    match step {
        Step::Stay(effects) => effects,
        Step::Close(mut effects)
            if state.is_read_only && effects.iter().any(|effect| is_writing(effect) || is_writing_answer(effect)) =>
        {
            // The dialog stays, and with it what was typed and what a job waits for.
            state.notice = Some(Notice::warning("writing is switched off; Esc leaves this dialog, then W allows it"));
            effects.retain(|effect| !is_writing(effect) && !is_writing_answer(effect));
            effects
        }
        Step::Close(effects) => {
            state.dialog = None;
            effects
        }
        Step::Reply(reply) => {
            state.dialog = None;
            on_reply(state, reply)
        }
    }
}

fn on_reply(state: &mut State, reply: Reply) -> Vec<Effect> {
    match reply {
        Reply::Mark { pattern, is_mark } => browse::mark_pattern(state, &pattern, is_mark),
        Reply::Later(job) => state.queue.put_off(job),
        Reply::Compare(places, choice) => return compare::start(state, *places, choice, true),
        Reply::Plan(choice) => {
            if let Some(compare) = &mut state.compare {
                compare.choice = choice;
            }
        }
        Reply::WriteDocument(kind, change) => return settings::write(state, kind, change),
        Reply::ReadAgain(kind) => return settings::read_again(state, kind),
        Reply::ThrowAway => settings::throw_away(state),
        Reply::Review(exposure, way) => access::review(state, exposure, way),
        Reply::Expose(exposure, way) => return access::expose(state, exposure, way),
        Reply::AddTemplate(name) => settings::add_template(state, name),
        Reply::AbortOlder(age) => uploads::abort_older(state, age),
        Reply::AbortUploads(chosen) => return uploads::abort(state, chosen),
    }
    vec![]
}

fn on_chosen(state: &mut State, chosen: Chosen) -> Vec<Effect> {
    match chosen {
        Chosen::Nothing(effects) => effects,
        Chosen::Leave(effects) => {
            state.palette = None;
            effects
        }
        Chosen::Place(place) => {
            state.palette = None;
            browse::go(state, place)
        }
        Chosen::Do(action) => {
            state.palette = None;
            act(state, action)
        }
    }
}

fn on_help_key(state: &mut State, key: Key) -> Vec<Effect> {
    let page = isize::from(i16::try_from(state.height).unwrap_or(i16::MAX)).saturating_sub(4);
    let lines = match (key.code, state.keymap.action(Context::Panes, key)) {
        (Code::Char(' '), _) => Some(page),
        (_, Some(action)) => browse::movement(action, page),
        _ => None,
    };
    match lines {
        Some(lines) => scroll_help(state, lines),
        None => state.help = None,
    }
    vec![]
}

fn scroll_help(state: &mut State, lines: isize) {
    let (screen, context) = (layout(state).screen, context(state));
    if let Some(help) = &mut state.help {
        help.scroll_by(lines, screen, context);
    }
}

/// Does what an action says.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if state.is_read_only && action.entry().writes {
        state.notice = Some(read_only());
        return vec![];
    }
    match action {
        Action::Transfers => transfers::toggle(state),
        Action::History => history::toggle(state),
        Action::GoTo => open_palette(state),
        Action::ToggleWriting => toggle_writing(state),
        Action::Help => open_help(state),
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::Quit => quit(state),
        action => match context(state) {
            Context::Transfers => transfers::act(state, action),
            Context::Compare => compare::act(state, action),
            Context::History => history::act(state, action),
            Context::Settings => settings::act(state, action),
            Context::Access => access::act(state, action),
            Context::Uploads => uploads::act(state, action),
            Context::Inspector => browse::act_in_inspector(state, action),
            Context::Panes => browse::act(state, action),
        },
    }
}

fn open_palette(state: &mut State) -> Vec<Effect> {
    state.palette = Some(Palette::new(context(state), &state.base(), state.home.as_deref()));
    vec![]
}

fn open_help(state: &mut State) -> Vec<Effect> {
    state.help = Some(Help::default());
    vec![]
}

fn toggle_writing(state: &mut State) -> Vec<Effect> {
    state.is_read_only = !state.is_read_only;
    state.notice = Some(if state.is_read_only {
        match state.queue.unfinished() {
            0 => Notice::good("writing is switched off"),
            jobs => Notice::warning(format!(
                "writing is switched off, but {}; x on the transfers screen cancels",
                counted(jobs as u64, "job goes on", "jobs go on")
            )),
        }
    } else {
        Notice::warning("writing is allowed")
    });
    vec![]
}

fn quit(state: &mut State) -> Vec<Effect> {
    if let Some(effects) = settings::keep_text(state) {
        return effects;
    }
    if access::keeps_writing(state) {
        return vec![];
    }
    let jobs = state.queue.unfinished();
    if jobs == 0 {
        return vec![Effect::Quit(Leaving::Cancel)];
    }
    state.dialog = Some(Dialog::Quit(Box::new(AskQuit::new(jobs))));
    vec![]
}

/// Returns how many rows the focused pane shows.
fn page(state: &State) -> isize {
    let layout: Layout = layout(state);
    let rows = layout.pane(state.side).map_or(1, |pane| pane.rows.height);
    isize::from(i16::try_from(rows).unwrap_or(i16::MAX)).max(1)
}

#[cfg(test)]
mod tests;
