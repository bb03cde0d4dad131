//! Where the parts of the transfers screen are, for drawing and for the mouse.

use ratatui::layout::Rect;

/// The parts of the transfers screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// The table with its border.
    pub table: Rect,
    /// The heads of the columns; of no height where there is no room.
    pub heads: Rect,
    /// The jobs, one a line.
    pub rows: Rect,
    /// The first job in view.
    pub first: usize,
    /// The selected job with its border; of no height where there is no room.
    pub detail: Rect,
}

/// Lays the screen out for so many jobs: the table takes what it needs, up to half; the rest is for the selected job.
pub fn places(area: Rect, jobs: usize, cursor: usize) -> Places {
    let jobs = u16::try_from(jobs.max(1)).unwrap_or(u16::MAX);
    let half = if area.height < 12 { (area.height / 2).max(4) } else { area.height / 2 };
    let table = Rect { height: jobs.saturating_add(3).min(half).min(area.height), ..area };
    let detail = Rect { y: table.bottom(), height: area.height - table.height, ..area };
    let inner = Rect {
        x: table.x + u16::from(table.width > 2),
        y: table.y + u16::from(table.height > 2),
        width: table.width.saturating_sub(2),
        height: table.height.saturating_sub(2),
    };
    let heads = Rect { height: u16::from(inner.height > 1), ..inner };
    let rows = Rect { y: inner.y + heads.height, height: inner.height - heads.height, ..inner };
    // The newest jobs are the last ones: the window ends with the cursor unless all fit.
    let first = (cursor + 1).saturating_sub(usize::from(rows.height));
    Places { table, heads, rows, first, detail }
}
