//! Draws the line above the footer: the job that runs, how far it is, and how many wait behind it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::queue::{Direction, Job, JobState, Queue};
use crate::model::progress::Snapshot;
use crate::model::text::{count, duration, size, truncate, truncate_start, width};
use crate::tui::theme::Theme;

/// As wide as the progress bar gets.
const BAR: usize = 10;

/// What the names get before any figure but the first is shown.
const NAMES: usize = 29;

/// Draws the strip in the first line of the area.
pub fn draw(frame: &mut Frame, area: Rect, queue: &Queue, theme: &Theme) {
    let area = Rect { height: area.height.min(1), ..area }.intersection(frame.area());
    let Some(job) = queue.current().filter(|_| !area.is_empty()) else { return };
    let columns = usize::from(area.width);
    let behind = queue.unfinished().saturating_sub(1);
    let line = if job.is_over() { ended(job, columns, theme) } else { running(job, behind, columns, theme) };
    frame.render_widget(line, area);
}

fn ended(job: &Job, columns: usize, theme: &Theme) -> Line<'static> {
    let style = match job.state() {
        JobState::Done => theme.good,
        JobState::Cancelled | JobState::Discarded | JobState::Forgotten => theme.dim,
        _ => theme.error,
    };
    let words = format!(" {}", job.result_words());
    Line::styled(truncate(&words, columns).into_owned(), style)
}

/// The figures and the bar come first, as long as the names keep a readable rest.
fn running(job: &Job, behind: usize, columns: usize, theme: &Theme) -> Line<'static> {
    let bar = bar(&job.snapshot, theme).filter(|_| columns >= 60);
    let bar_width = bar.as_ref().map_or(0, |_| BAR + 2);
    let room = columns.saturating_sub(bar_width + NAMES.min(columns / 2));
    let tail = tail(figures(job, behind), room);
    let title = title(job, columns.saturating_sub(bar_width + width(&tail) + 1), theme);
    let mut spans = vec![Span::styled(format!(" {title}"), theme.text)];
    if let Some([full, rest]) = bar {
        spans.extend([Span::raw("  "), full, rest]);
    }
    spans.push(Span::styled(tail, theme.label));
    Line::from(spans)
}

/// The figures in their order, without the least telling ones where there is no room.
fn tail(mut figures: Vec<(u8, String)>, room: usize) -> String {
    let join =
        |figures: &[(u8, String)]| figures.iter().fold(String::new(), |tail, (_, text)| format!("{tail}  {text}"));
    while width(&join(&figures)) > room {
        let least = figures.iter().enumerate().max_by_key(|(_, (rank, _))| *rank).map(|(at, _)| at);
        let Some(least) = least else { break };
        figures.remove(least);
    }
    join(&figures)
}

/// What is moved where, with the name of the item that was begun last where there are many.
fn title(job: &Job, columns: usize, theme: &Theme) -> String {
    let sign = match job.direction() {
        Some(Direction::Up) => theme.glyphs.upload,
        Some(Direction::Down) => theme.glyphs.download,
        None => job.verb(),
    };
    let what = format!("{sign} {}", job.what());
    let Some(to) = job.to() else { return fit(&what, columns) };
    let arrow = format!(" {} ", theme.glyphs.arrow);
    let whole = format!("{what}{arrow}{to}");
    if width(&whole) <= columns {
        return fit(&whole, columns);
    }
    // The names share what is there; the end of a place says more than its beginning.
    let room = columns.saturating_sub(width(&arrow));
    let what = truncate(&what, (room / 2).max(room.saturating_sub(width(&to))));
    let to = truncate_start(&to, room.saturating_sub(width(&what)));
    fit(&format!("{what}{arrow}{to}"), columns)
}

fn fit(text: &str, columns: usize) -> String {
    let cut = truncate(text, columns);
    let fill = " ".repeat(columns.saturating_sub(width(&cut)));
    format!("{cut}{fill}")
}

fn bar(snapshot: &Snapshot, theme: &Theme) -> Option<[Span<'static>; 2]> {
    if snapshot.bytes_total == 0 && snapshot.items_total == 0 {
        return None;
    }
    let full = full_cells(snapshot.ratio(), BAR);
    Some([
        Span::styled(theme.glyphs.bar.repeat(full), theme.bar),
        Span::styled(theme.glyphs.bar_rest.repeat(BAR - full), theme.bar_rest),
    ])
}

/// How many cells of a bar are full.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio is between 0 and 1")]
fn full_cells(ratio: f64, cells: usize) -> usize {
    ((ratio.clamp(0.0, 1.0) * cells as f64) as usize).min(cells)
}

/// The figures of a job that is not over, in their order, each with its rank: 0 is given up last.
fn figures(job: &Job, behind: usize) -> Vec<(u8, String)> {
    let state = match job.state() {
        JobState::Running | JobState::Counting => percent(&job.snapshot),
        JobState::Asking => "waits for an answer".to_owned(),
        JobState::Held(_) => "waits for credentials".to_owned(),
        state => state.word().to_owned(),
    };
    let mut figures = vec![(0, state)];
    figures.extend(amount(&job.snapshot).map(|amount| (4, amount)));
    figures.extend(job.speed().map(|speed| (1, format!("{}/s", size(speed)))));
    figures.extend(job.seconds_left().map(|seconds| (2, format!("ETA {}", duration(seconds)))));
    if behind > 0 {
        figures.push((3, format!("+{} queued", count(behind as u64))));
    }
    figures
}

/// How much is done, in percent; while it is still counted, that is not known.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio is between 0 and 1")]
pub(super) fn percent(snapshot: &Snapshot) -> String {
    if !snapshot.is_counted {
        return "counting".to_owned();
    }
    format!("{:3} %", (snapshot.ratio() * 100.0) as u64)
}

/// What is done of what there is: bytes where there are any, else items.
pub(super) fn amount(snapshot: &Snapshot) -> Option<String> {
    let more = if snapshot.is_counted { "" } else { "+" };
    if snapshot.bytes_total > 0 {
        let (done, total) = (size(snapshot.bytes_done), size(snapshot.bytes_total));
        // `1.0/1.4 GiB` where both have the same unit.
        let unit = total.split(' ').next_back().unwrap_or_default();
        let done = done.strip_suffix(unit).map_or(done.as_str(), str::trim_end);
        return Some(format!("{done}/{total}{more}"));
    }
    let total = snapshot.items_total;
    (total > 1).then(|| format!("{}/{}{more} items", count(snapshot.items_done), count(total)))
}

#[cfg(test)]
mod tests;
