//! Draws the transfers screen: all jobs as a table, and the items of the selected one with what went wrong.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::strip::{amount, percent};
use crate::app::queue::{Decision, Job, JobState, Left, Places, Queue, places};
use crate::model::change::Foreseen;
use crate::model::error::Error;
use crate::model::job::{ItemOutcome, ItemResult, Verified};
use crate::model::text::{count, duration, pad, size, truncate, truncate_start, visible, width, wrap};
use crate::tui::theme::Theme;

/// A column of the table: its head, its width, and from which width of the table on it is shown.
const COLUMNS: [(&str, usize, usize); 5] =
    [("State", 9, 0), ("Done", 8, 0), ("Speed", 12, 60), ("ETA", 7, 66), ("Verified", 9, 76)];

/// What is said of a job that failed and is kept.
const KEPT: &str = "What it has begun is kept: r goes on with it, x removes it. The next start offers it, too.";

/// Before what a job says of an item; as wide as the words for how items end.
const NOTE: &str = "note     ";

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, queue: &Queue, theme: &Theme) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let places = places(area, queue.jobs().len(), queue.cursor());
    draw_table(frame, &places, queue, theme);
    if let Some(job) = queue.selected() {
        draw_detail(frame, places.detail, job, queue.detail, theme);
    }
}

fn draw_table(frame: &mut Frame, places: &Places, queue: &Queue, theme: &Theme) {
    let title = match queue.limit() {
        Some(rate) => format!(" Transfers {} at most {rate} ", theme.glyphs.dot),
        None => " Transfers ".to_owned(),
    };
    let title = Span::styled(title, theme.title);
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border_focused).title(title);
    frame.render_widget(block, places.table);
    let columns = usize::from(places.rows.width);
    if queue.jobs().is_empty() {
        frame.render_widget(Span::styled(truncate(" nothing to show yet", columns), theme.dim), places.rows);
        return;
    }
    if places.heads.height > 0 {
        let cells = COLUMNS.map(|(head, ..)| head.to_owned());
        frame.render_widget(Line::styled(row(" What", &cells, columns), theme.dim), places.heads);
    }
    let lines = queue.jobs().iter().enumerate().skip(places.first);
    for ((at, job), y) in lines.zip(places.rows.y..places.rows.bottom()) {
        let is_selected = at == queue.cursor();
        let style = if is_selected { theme.cursor } else { state_style(&job.state(), theme) };
        let mark = if is_selected { ">" } else { " " };
        let text = row(&format!("{mark}{} {}", job.verb(), what(job, theme, columns)), &cells(job), columns);
        frame.render_widget(Line::styled(text, style), Rect { y, height: 1, ..places.rows });
    }
}

/// The name, and where there is room for it the target.
fn what(job: &Job, theme: &Theme, columns: usize) -> String {
    match job.to() {
        Some(to) if columns >= 110 => format!("{} {} {to}", job.what(), theme.glyphs.arrow),
        _ => job.what(),
    }
}

fn state_style(state: &JobState, theme: &Theme) -> Style {
    match state {
        JobState::Running | JobState::Counting => theme.text,
        JobState::Held(_) | JobState::Asking | JobState::Paused | JobState::Left => theme.warning,
        JobState::Failed(_) | JobState::SomeFailed => theme.error,
        JobState::Done => theme.good,
        JobState::Queued | JobState::Stopping | JobState::Cancelled | JobState::Discarded | JobState::Forgotten => {
            theme.dim
        }
    }
}

fn cells(job: &Job) -> [String; 5] {
    let state = job.state();
    let done = match &state {
        JobState::Queued if job.snapshot.items_done == 0 => String::new(),
        JobState::Done => "100 %".to_owned(),
        JobState::Failed(_) | JobState::Discarded | JobState::Forgotten => String::new(),
        // All of it has ended, but not well: 100 % would be misread.
        JobState::SomeFailed => count(job.results.done),
        _ if job.snapshot.is_counted => percent(&job.snapshot),
        _ if job.snapshot.items_done == 0 => String::new(),
        _ => count(job.snapshot.items_done),
    };
    [
        state.word().to_owned(),
        done,
        job.speed().map(|speed| format!("{}/s", size(speed))).unwrap_or_default(),
        job.seconds_left().map(duration).unwrap_or_default(),
        job.results.verified_words().unwrap_or_default(),
    ]
}

/// One line of the table: the first cell takes what the shown columns leave.
fn row(first: &str, cells: &[String; 5], columns: usize) -> String {
    let shown = COLUMNS.iter().zip(cells).filter(|((_, _, from), _)| columns >= *from);
    let tail = shown.fold(String::new(), |tail, ((_, width, _), cell)| format!("{tail}  {}", pad(cell, *width)));
    let room = columns.saturating_sub(width(&tail) + 1);
    truncate(&format!("{}{tail}", pad(first, room)), columns).into_owned()
}

fn draw_detail(frame: &mut Frame, area: Rect, job: &Job, first: usize, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let title = Span::styled(format!(" {} {} ", job.verb(), job.what()), theme.title);
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(theme.border).title(title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inner.width).saturating_sub(2);
    let mut lines = Vec::new();
    if first == 0 {
        head(job, columns, theme, &mut lines);
    }
    let rows = usize::from(inner.height);
    for note in job.notes.iter().skip(first) {
        if lines.len() >= rows {
            break;
        }
        add_note(note, columns, theme, &mut lines);
    }
    for result in job.results.iter().skip(first.saturating_sub(job.notes.len())) {
        if lines.len() >= rows {
            break;
        }
        item(result, columns, theme, &mut lines);
    }
    let lines: Vec<_> = lines.into_iter().take(rows).collect();
    frame.render_widget(Paragraph::new(lines), Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner });
}

/// What the job is, above its items; gone once the items are scrolled.
fn head(job: &Job, columns: usize, theme: &Theme, lines: &mut Vec<Line<'static>>) {
    let places = [("From  ", job.from()), ("To    ", job.to())];
    for (label, place) in places {
        let Some(place) = place else { continue };
        let place = truncate_start(&place, columns.saturating_sub(6)).into_owned();
        lines.push(Line::from(vec![Span::styled(label, theme.label), Span::styled(place, theme.text)]));
    }
    if let Some(left) = job.left() {
        return add_left(job, left, columns, theme, lines);
    }
    match job.state() {
        JobState::Discarded => {
            return add(lines, "What it had begun was removed; what it had finished stays.", columns, theme.dim);
        }
        JobState::Forgotten => {
            return add(lines, "It was struck out, and no server was asked to clean up behind it.", columns, theme.dim);
        }
        _ => {}
    }
    let mut words = job.results.words();
    let verified = job.results.verified_words().map(|how| format!("verified: {how}"));
    let limit = job.limit.filter(|_| !job.is_over()).map(|rate| format!("at most {rate}"));
    let parts = [amount(&job.snapshot), verified, limit];
    for part in parts.into_iter().flatten() {
        words = format!("{words} {} {part}", theme.glyphs.dot);
    }
    add(lines, &words, columns, theme.dim);
    if !job.is_over() && !job.snapshot.current.is_empty() {
        let current = format!("now   {}", visible(&job.snapshot.current));
        lines.push(Line::styled(truncate(&current, columns).into_owned(), theme.text));
    }
    match job.state() {
        JobState::Failed(error) => {
            add_error(lines, &error, columns, theme);
            if job.is_kept() {
                add(lines, KEPT, columns, theme.warning);
            }
        }
        JobState::Held(error) => {
            add(lines, "It waits and goes on by itself when fresh credentials are there.", columns, theme.warning);
            add_error(lines, &error, columns, theme);
        }
        JobState::SomeFailed if job.is_kept() => add(lines, KEPT, columns, theme.warning),
        JobState::Paused => add(lines, "It is paused: Space lets it go on.", columns, theme.warning),
        JobState::Asking => add(lines, "It waits for an answer: Enter shows the question.", columns, theme.warning),
        _ => {}
    }
}

/// What an earlier run left, and what can be done about it.
fn add_left(job: &Job, left: &Left, columns: usize, theme: &Theme, lines: &mut Vec<Line<'static>>) {
    let words = format!(
        "left by an earlier run {} queued {} {} {}",
        theme.glyphs.dot, left.queued, theme.glyphs.dot, left.progress
    );
    add(lines, &words, columns, theme.dim);
    if let Some(words) = &left.elsewhere {
        return add(lines, &format!("{words}; Enter offers to forget it"), columns, theme.warning);
    }
    let resume = match job.decide(Decision::Resume) {
        Some(_) => "r resumes it: only what is missing is done.",
        None => "It cannot be resumed.",
    };
    let discard = "x discards it: its uploads are aborted and its temporary files removed; what was finished stays.";
    add(lines, &format!("{resume} {discard}"), columns, theme.warning);
    if let Some(warning) = job.resume_warning() {
        add(lines, warning, columns, theme.error);
    }
}

/// What the job said of an item; the item itself follows when it has ended.
fn add_note(note: &str, columns: usize, theme: &Theme, lines: &mut Vec<Line<'static>>) {
    let wrapped = wrap(&visible(note), columns.saturating_sub(NOTE.len()));
    for (at, line) in wrapped.into_iter().enumerate() {
        let head = if at == 0 { NOTE.to_owned() } else { " ".repeat(NOTE.len()) };
        lines.push(Line::from(vec![Span::styled(head, theme.warning), Span::styled(line, theme.text)]));
    }
}

fn foreseen_words(foreseen: &Foreseen) -> String {
    let lines: Vec<_> = foreseen.differences.iter().map(ToString::to_string).collect();
    visible(&lines.join("; ")).into_owned()
}

fn item(result: &ItemResult, columns: usize, theme: &Theme, lines: &mut Vec<Line<'static>>) {
    let name = visible(&result.name);
    let (word, style, tail) = match &result.outcome {
        ItemOutcome::Done(verified) => ("done     ", theme.good, done_words(result.bytes, *verified)),
        ItemOutcome::Planned(target) => ("planned  ", theme.dim, visible(target).into_owned()),
        ItemOutcome::WouldChange(foreseen) => ("planned  ", theme.dim, foreseen_words(foreseen)),
        ItemOutcome::Skipped(reason) => ("skipped  ", theme.dim, visible(reason).into_owned()),
        ItemOutcome::Failed(error) => {
            let name = truncate_start(&name, columns.saturating_sub(9)).into_owned();
            lines.push(Line::from(vec![Span::styled("failed   ", theme.error), Span::styled(name, theme.text)]));
            add_error(lines, error, columns, theme);
            return;
        }
    };
    let room = columns.saturating_sub(9);
    let tail = truncate(&tail, room / 2);
    let name = pad(&truncate_start(&name, room.saturating_sub(width(&tail) + 2)), room.saturating_sub(width(&tail)));
    lines.push(Line::from(vec![
        Span::styled(word, style),
        Span::styled(name, theme.text),
        Span::styled(tail.into_owned(), theme.dim),
    ]));
}

fn done_words(bytes: u64, verified: Verified) -> String {
    match verified {
        Verified::Nothing => String::new(),
        Verified::Size => format!("{}  size", size(bytes)),
        Verified::Crc64Nvme => format!("{}  CRC64NVME", size(bytes)),
        Verified::Checksum(name) => format!("{}  {name}", size(bytes)),
    }
}

fn add_error(lines: &mut Vec<Line<'static>>, error: &Error, columns: usize, theme: &Theme) {
    // Under the item that it belongs to.
    let mut add = |text: &str, style| {
        let wrapped = wrap(text, columns.saturating_sub(2));
        lines.extend(wrapped.into_iter().map(|line| Line::styled(format!("  {line}"), style)));
    };
    add(&error.to_string(), theme.error);
    let code = error.code.as_deref().map(|code| format!("code {}", visible(code)));
    let id = error.request_id.as_deref().map(|id| format!("request ID {}", visible(id)));
    let details: Vec<_> = code.into_iter().chain(id).collect();
    if !details.is_empty() {
        add(&details.join(", "), theme.dim);
    }
    if let Some(hint) = error.hint() {
        add(&format!("Hint: {hint}"), theme.text);
    }
}

fn add(lines: &mut Vec<Line<'static>>, text: &str, columns: usize, style: Style) {
    lines.extend(wrap(text, columns).into_iter().map(|line| Line::styled(line, style)));
}

#[cfg(test)]
mod tests;
