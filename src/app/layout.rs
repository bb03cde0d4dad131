//! Where everything is. Drawing, paging and mouse hits use the same rectangles.

use ratatui::layout::{Position, Rect};

use super::palette::Palette;
use super::state::{Screen, Side, State};
use crate::model::location::Location;

/// From this width on both panes are shown.
pub const TWO_PANES: u16 = 80;
/// Below this width a pane shows names and sizes only.
pub const NARROW: u16 = 50;
/// What the screen needs to show anything but a notice.
pub const SMALLEST: (u16, u16) = (20, 5);

/// The rectangles of the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// All of it.
    pub screen: Rect,
    /// Whether there is room for a notice only.
    pub is_too_small: bool,
    /// The first line.
    pub header: Rect,
    /// Between header, strip and footer.
    pub body: Rect,
    /// The left pane, if it is shown.
    pub left: Option<PaneLayout>,
    /// The right pane, if it is shown.
    pub right: Option<PaneLayout>,
    /// The inspector, if it is shown.
    pub inspector: Option<Rect>,
    /// The screen that takes the place of both panes, if one does.
    full: Option<(Screen, Rect)>,
    /// The line of the running transfer; of no height where there is none.
    pub strip: Rect,
    /// The last line.
    pub footer: Rect,
}

/// The rectangles of one pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaneLayout {
    /// With the border.
    pub frame: Rect,
    /// The heads of the columns; of no height where there is no room.
    pub heads: Rect,
    /// The rows.
    pub rows: Rect,
    /// The line below the rows.
    pub status: Rect,
    /// The columns, counted from the left of the rows.
    pub columns: Columns,
    /// The columns of what a bucket unfolds to; elsewhere the same.
    pub below: Columns,
}

/// The columns of a pane, from left to right; those on the right give way first, but that of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns {
    /// The width of mark, indentation and name.
    pub name: u16,
    /// Where the size stands.
    pub size: Option<Column>,
    /// Where the time stands.
    pub modified: Option<Column>,
    /// Where the storage class stands.
    pub class: Option<Column>,
    /// Where it stands whether a bucket is open to strangers.
    pub access: Option<Column>,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its first column, counted from the left of the rows.
    pub x: u16,
    /// Its width.
    pub width: u16,
}

/// The width of a size such as `1023.9 KiB`.
const SIZE: u16 = 10;
/// The width of a time with its hour.
const TIME: u16 = 12;
/// The width of a date alone.
const DATE: u16 = 6;
/// The width of a storage class.
const CLASS: u16 = 6;
/// The width of `Can be public`.
const ACCESS: u16 = 13;

/// What the rows of a pane stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Files,
    Objects,
    Buckets,
}

impl Rows {
    fn of(place: &Location) -> Self {
        match place {
            Location::Local(_) => Self::Files,
            Location::Buckets(_) => Self::Buckets,
            Location::S3 { .. } => Self::Objects,
        }
    }
}

/// Returns where everything is.
pub fn layout(state: &State) -> Layout {
    let screen = Rect::new(0, 0, state.width, state.height);
    if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
        return Layout { screen, is_too_small: true, ..Layout::default() };
    }
    let line = |y| Rect::new(0, y, screen.width, 1);
    let strip_height = u16::from(screen.height >= 8 && state.queue.current().is_some());
    let header = line(0);
    let footer = line(screen.height - 1);
    let strip = Rect { height: strip_height, ..line(screen.height - 1 - strip_height) };
    let body = Rect::new(0, 1, screen.width, screen.height - 2 - strip_height);
    let base = Layout { screen, header, body, strip, footer, ..Layout::default() };
    match state.screen {
        Screen::Browse => with_panes(base, state),
        screen => Layout { full: Some((screen, body)), ..base },
    }
}

fn with_panes(base: Layout, state: &State) -> Layout {
    let body = base.body;
    let is_narrow = body.width < NARROW;
    let pane = |side: Side, frame| Some(PaneLayout::new(frame, Rows::of(state.pane(side).place()), is_narrow));
    if body.width < TWO_PANES {
        if state.is_inspecting {
            return Layout { inspector: Some(body), ..base };
        }
        return match state.side {
            Side::Left => Layout { left: pane(Side::Left, body), ..base },
            Side::Right => Layout { right: pane(Side::Right, body), ..base },
        };
    }
    let half = body.width / 2;
    let left = Rect { width: half, ..body };
    let right = Rect { x: half, width: body.width - half, ..body };
    match (state.is_inspecting, state.side) {
        (false, _) => Layout { left: pane(Side::Left, left), right: pane(Side::Right, right), ..base },
        (true, Side::Left) => Layout { left: pane(Side::Left, left), inspector: Some(right), ..base },
        (true, Side::Right) => Layout { right: pane(Side::Right, right), inspector: Some(left), ..base },
    }
}

/// Returns the frame of the palette.
pub fn palette_frame(screen: Rect, palette: &Palette) -> Rect {
    let width = screen.width.saturating_sub(4).min(76).max(screen.width.min(20));
    let wanted = u16::try_from(palette.len()).unwrap_or(u16::MAX).saturating_add(4);
    let height = wanted.min(screen.height.saturating_sub(2)).min(18);
    Rect { x: (screen.width - width) / 2, y: screen.height.min(1), width, height }
}

/// Returns where the candidates of the palette are.
pub fn palette_rows(screen: Rect, palette: &Palette) -> Rect {
    let frame = palette_frame(screen, palette);
    Rect {
        x: frame.x.saturating_add(1),
        y: frame.y.saturating_add(2),
        width: frame.width.saturating_sub(2),
        height: frame.height.saturating_sub(4),
    }
}

/// Returns the first candidate of the palette that is in view: the window ends with the chosen one unless all fit.
pub fn palette_first(rows: Rect, palette: &Palette) -> usize {
    palette.chosen.unwrap_or(0).saturating_sub(usize::from(rows.height.saturating_sub(1)))
}

impl Layout {
    /// Returns the area of a screen that takes the place of both panes, if it is shown.
    pub fn full(&self, screen: Screen) -> Option<Rect> {
        self.full.filter(|(shown, _)| *shown == screen).map(|(_, area)| area)
    }

    /// Returns the rectangles of a pane, if it is shown.
    pub fn pane(&self, side: Side) -> Option<&PaneLayout> {
        match side {
            Side::Left => self.left.as_ref(),
            Side::Right => self.right.as_ref(),
        }
    }

    /// Returns the pane that a point is in.
    pub fn side_at(&self, column: u16, row: u16) -> Option<Side> {
        let at = Position::new(column, row);
        [Side::Left, Side::Right].into_iter().find(|side| self.pane(*side).is_some_and(|pane| pane.frame.contains(at)))
    }
}

impl PaneLayout {
    fn new(frame: Rect, shown: Rows, is_narrow: bool) -> Self {
        let inner = Rect {
            x: frame.x.saturating_add(1),
            y: frame.y.saturating_add(1),
            width: frame.width.saturating_sub(2),
            height: frame.height.saturating_sub(2),
        };
        let heads = u16::from(inner.height >= 4);
        let status = u16::from(inner.height >= 2);
        Self {
            frame,
            heads: Rect { height: heads, ..inner },
            rows: Rect { y: inner.y + heads, height: inner.height - heads - status, ..inner },
            status: Rect { y: (inner.y + inner.height).saturating_sub(status), height: status, ..inner },
            columns: Columns::new(inner.width, shown, is_narrow),
            below: Columns::new(inner.width, if shown == Rows::Buckets { Rows::Objects } else { shown }, is_narrow),
        }
    }

    /// Returns how far down the rows a point is, if it is on them.
    pub fn row_at(&self, column: u16, row: u16) -> Option<usize> {
        self.rows.contains(Position::new(column, row)).then(|| usize::from(row - self.rows.y))
    }
}

impl Columns {
    fn new(width: u16, shown: Rows, is_narrow: bool) -> Self {
        // One column stays free at the border.
        let mut end = width.saturating_sub(1);
        let mut take = |is_wanted: bool, width: u16| {
            is_wanted.then(|| {
                end = end.saturating_sub(width);
                let column = Column { x: end, width };
                // One column stays free between two.
                end = end.saturating_sub(1);
                column
            })
        };
        if shown == Rows::Buckets {
            let access = take(!is_narrow && width >= 34, ACCESS);
            let time = if width >= 64 { TIME } else { DATE };
            let modified = take(!is_narrow && width >= 50, time);
            return Self { name: end, modified, access, ..Self::default() };
        }
        let is_s3 = shown == Rows::Objects;
        let class = take(is_s3 && !is_narrow && width >= 50, CLASS);
        let time = if width >= if is_s3 { 50 } else { 44 } { TIME } else { DATE };
        let modified = take(!is_narrow && width >= 34, time);
        let size = take(width >= 24, SIZE);
        Self { name: end, size, modified, class, access: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_drop_from_right_to_left() {
        let shown = |width| {
            let columns = Columns::new(width, Rows::Objects, false);
            (columns.size.is_some(), columns.modified.map(|column| column.width), columns.class.is_some())
        };
        assert_eq!(shown(58), (true, Some(TIME), true));
        assert_eq!(shown(38), (true, Some(DATE), false));
        assert_eq!(shown(30), (true, None, false));
        assert_eq!(shown(10), (false, None, false));
        assert_eq!(Columns::new(48, Rows::Objects, true).modified, None);
    }

    #[test]
    fn of_a_bucket_whether_it_is_open_is_shown_before_when_it_was_made() {
        let shown = |width, is_narrow| {
            let columns = Columns::new(width, Rows::Buckets, is_narrow);
            (columns.name, columns.access.is_some(), columns.modified.map(|column| column.width))
        };
        assert_eq!(shown(70, false), (42, true, Some(TIME)));
        assert_eq!(shown(58, false), (36, true, Some(DATE)));
        assert_eq!(shown(38, false), (23, true, None));
        assert_eq!(shown(38, true), (37, false, None));
    }

    #[test]
    fn no_size_of_a_pane_goes_wrong() {
        for width in 0..70 {
            for height in 0..12 {
                let frame = Rect::new(0, 1, width, height);
                let pane = PaneLayout::new(frame, Rows::Buckets, false);
                let used = pane.heads.height + pane.rows.height + pane.status.height;
                assert_eq!(used, height.saturating_sub(2));
                assert!(pane.columns.name <= width);
            }
        }
    }
}
