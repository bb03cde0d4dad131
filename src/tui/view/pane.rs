//! One pane: its rows, the heads of its columns, and the line below.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Paragraph, Wrap};

use super::{field, put, put_right};
use crate::app::layout::{Column, Columns, PaneLayout};
use crate::app::listing::{Listing, Load, SortField};
use crate::app::pane::Pane;
use crate::app::state::{Side, State};
use crate::app::tree::{Note, Row, Tree};
use crate::model::access::Access;
use crate::model::entry::{Entry, EntryKind};
use crate::model::error::Error;
use crate::model::job::Item;
use crate::model::location::Location;
use crate::model::name::BucketName;
use crate::model::text::{count, counted, short_time, size, truncate_start, visible, width};
use crate::tui::theme::Theme;

/// Indentation grows no further than this, so that deep levels keep room for names.
const MAX_INDENT: u16 = 24;

/// Draws a pane.
pub fn draw(frame: &mut Frame, place: &PaneLayout, state: &State, side: Side, theme: &Theme) {
    let pane = state.pane(side);
    let is_focused = has_focus(state, side);
    let border = if is_focused { theme.border_focused } else { theme.border };
    let title = title(pane.place(), state, usize::from(place.frame.width.saturating_sub(4)));
    let title_style = if is_focused { theme.title } else { theme.dim };
    let block = Block::bordered().border_set(theme.glyphs.border).border_style(border);
    frame.render_widget(block.title(Line::styled(format!(" {title} "), title_style)), place.frame);
    draw_heads(frame.buffer_mut(), place, pane.tree(), theme);
    if pane.tree().rows().is_empty() {
        draw_empty(frame, place.rows, pane, theme);
    }
    let top = pane.tree().top();
    for (at, y) in (top..pane.tree().rows().len()).zip(place.rows.y..place.rows.bottom()) {
        let Some(row) = pane.tree().rows().get(at) else { break };
        let line = Rect { y, height: 1, ..place.rows };
        let painter = Painter { place, state, theme, tree: pane.tree(), row: *row, line };
        painter.draw(frame.buffer_mut());
        if at == pane.tree().cursor() {
            let style = if is_focused { theme.cursor } else { theme.cursor_inactive };
            frame.buffer_mut().set_style(line, style);
        }
    }
    draw_status(frame, place.status, state, side, theme);
}

fn has_focus(state: &State, side: Side) -> bool {
    state.side == side && !state.is_inspector_focused
}

fn title(place: &Location, state: &State, columns: usize) -> String {
    let mut text = place.to_string();
    if let (Location::Local(path), Some(home)) = (place, &state.home)
        && let Ok(rest) = path.strip_prefix(home)
    {
        text = if rest.as_os_str().is_empty() { "~".to_owned() } else { format!("~/{}", rest.display()) };
    }
    truncate_start(&visible(&text), columns).into_owned()
}

fn draw_heads(buffer: &mut Buffer, place: &PaneLayout, tree: &Tree, theme: &Theme) {
    if place.heads.is_empty() {
        return;
    }
    let rules = tree.rules();
    let arrow = if rules.is_reversed { "↑" } else { "↓" };
    let head = |word: &str, field: SortField| {
        let is_plain = rules.field == SortField::Name && !rules.is_reversed;
        if rules.field != field || is_plain { word.to_owned() } else { format!("{word} {arrow}") }
    };
    let (heads, columns) = (place.heads, &place.columns);
    let has_head = match rules.field {
        SortField::Name => true,
        SortField::Size => columns.size.is_some(),
        SortField::Time => columns.modified.is_some(),
        SortField::Class => columns.class.is_some(),
        SortField::Type => false,
    };
    // An order that no column can tell of is told beside the name.
    let name =
        if has_head { head("Name", SortField::Name) } else { format!("Name, by {} {arrow}", rules.field.name()) };
    put(buffer, heads.x + 1, heads.y, columns.name.saturating_sub(1), &name, theme.label);
    let mut right = |column: Option<Column>, text: String| {
        if let Some(column) = column {
            put_right(buffer, cell(heads, column), &text, theme.label);
        }
    };
    right(columns.size, head("Size", SortField::Size));
    let is_short = columns.modified.is_some_and(|column| column.width < 10);
    let time = match (columns.access, is_short) {
        (Some(_), false) => "Created",
        (None, false) => "Modified",
        (_, true) => "Date",
    };
    right(columns.modified, head(time, SortField::Time));
    right(columns.class, head("Class", SortField::Class));
    right(columns.access, "Access".to_owned());
}

fn cell(line: Rect, column: Column) -> Rect {
    Rect { x: line.x + column.x, width: column.width, ..line }
}

/// Where there is no row there is a word on why.
fn draw_empty(frame: &mut Frame, area: Rect, pane: &Pane, theme: &Theme) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let root = pane.tree().root();
    let (text, style) = match &root.load {
        Load::Loading { .. } => (Text::raw("loading …"), theme.dim),
        Load::Failed(error) => (failure(error), theme.error),
        Load::Stopped => (Text::raw("stopped; R reads again"), theme.warning),
        _ if root.entries().is_empty() => (Text::raw("(empty)"), theme.dim),
        _ if pane.filter.is_some() => (Text::raw("nothing matches; Esc ends the filter"), theme.dim),
        _ => (Text::raw("only hidden names; . shows them"), theme.dim),
    };
    frame.render_widget(Paragraph::new(text).style(style).wrap(Wrap { trim: true }), area);
}

fn failure(error: &Error) -> Text<'static> {
    let mut lines = vec![Line::raw(error.to_string()), Line::raw("")];
    if let Some(hint) = error.hint() {
        lines.push(Line::raw(format!("Hint: {}", visible(&hint))));
    }
    lines.push(Line::raw("R tries again; : goes to a bucket by its name (s3://name)"));
    Text::from(lines)
}

/// Draws one row.
struct Painter<'a> {
    place: &'a PaneLayout,
    state: &'a State,
    theme: &'a Theme,
    tree: &'a Tree,
    row: Row,
    line: Rect,
}

impl Painter<'_> {
    fn draw(&self, buffer: &mut Buffer) {
        let Some(listing) = self.tree.listing(self.row.listing) else { return };
        match listing.entry(self.row.entry) {
            Some(entry) if !self.row.is_note() => self.draw_entry(buffer, listing, entry),
            _ => self.draw_note(buffer, listing),
        }
    }

    fn indent(listing: &Listing) -> u16 {
        listing.depth.saturating_mul(2).min(MAX_INDENT)
    }

    fn draw_entry(&self, buffer: &mut Buffer, listing: &Listing, entry: &Entry) {
        let (theme, line) = (self.theme, self.line);
        let is_marked = self.tree.is_marked(self.row);
        if is_marked {
            put(buffer, line.x, line.y, 1, theme.glyphs.marked, theme.marked);
        }
        let indent = Self::indent(listing);
        let style = if is_marked { theme.marked } else { style(entry, theme) };
        if entry.kind.is_container() {
            let is_open = self.tree.is_open(self.row);
            let glyph = if is_open { theme.glyphs.unfolded } else { theme.glyphs.folded };
            let room = self.columns(entry).name.saturating_sub(1 + indent);
            put(buffer, line.x + 1 + indent, line.y, room, glyph, style);
        }
        let start = 3 + indent;
        let columns = self.columns(entry);
        let room = columns.name.saturating_sub(start);
        let used = put(buffer, line.x + start, line.y, room, &name(listing, entry), style);
        let words = words(entry);
        // Half a region says nothing.
        let is_cut = entry.kind == EntryKind::Bucket && width(&words) >= usize::from(room.saturating_sub(used));
        if !words.is_empty() && room > used + 2 && !is_cut {
            put(buffer, line.x + start + used + 1, line.y, room - used - 1, &words, theme.dim);
        }
        self.draw_columns(buffer, columns, entry);
        if let (Some(column), Item::Bucket(bucket)) = (columns.access, listing.item(entry)) {
            self.draw_access(buffer, column, &bucket);
        }
    }

    /// What a bucket unfolds to has the columns of objects.
    fn columns(&self, entry: &Entry) -> &Columns {
        if entry.kind == EntryKind::Bucket { &self.place.columns } else { &self.place.below }
    }

    fn draw_access(&self, buffer: &mut Buffer, column: Column, bucket: &BucketName) {
        let theme = self.theme;
        let (word, style) = match self.state.words.get(bucket) {
            Some(access @ (Access::Public(_) | Access::CanBePublic)) => (access.word(), theme.warning),
            Some(access @ Access::NotPublic) => (access.word(), theme.text),
            Some(access @ Access::Unknown { .. }) => (access.word(), theme.dim),
            None if self.state.words.is_reading() => ("…", theme.dim),
            None => return,
        };
        put_right(buffer, cell(self.line, column), word, style);
    }

    fn draw_columns(&self, buffer: &mut Buffer, columns: &Columns, entry: &Entry) {
        if let Some(column) = columns.size {
            let shown = match entry.size {
                Some(bytes) => size(bytes),
                None => "–".to_owned(),
            };
            let style = if entry.size.is_some() { self.theme.text } else { self.theme.dim };
            put_right(buffer, cell(self.line, column), &shown, style);
        }
        if let (Some(column), Some(time)) = (columns.modified, entry.modified) {
            let shown = time_for(time, self.state, column.width);
            put_right(buffer, cell(self.line, column), &shown, self.theme.text);
        }
        if let (Some(column), Some(class)) = (columns.class, entry.storage_class) {
            put_right(buffer, cell(self.line, column), class.short(), self.theme.dim);
        }
    }

    fn draw_note(&self, buffer: &mut Buffer, listing: &Listing) {
        let indent = Self::indent(listing) + 3;
        let theme = self.theme;
        let (text, style) = match self.tree.note(self.row.listing) {
            Some(Note::Loading) => ("loading …".to_owned(), theme.dim),
            Some(Note::Empty) => ("(empty)".to_owned(), theme.dim),
            Some(Note::NothingShown) => ("(nothing that is shown)".to_owned(), theme.dim),
            Some(Note::Failed(error)) => (format!("{error} (Enter tries again)"), theme.error),
            Some(Note::More) => ("load more: Enter".to_owned(), theme.warning),
            Some(Note::Stopped) => ("stopped; Enter reads again".to_owned(), theme.warning),
            None => return,
        };
        put(buffer, self.line.x + indent, self.line.y, self.line.width.saturating_sub(indent), &text, style);
    }
}

fn style(entry: &Entry, theme: &Theme) -> Style {
    match entry.kind {
        _ if entry.is_unreadable() => theme.dim,
        EntryKind::Bucket | EntryKind::Prefix | EntryKind::Folder => theme.folder,
        EntryKind::FolderLink | EntryKind::FileLink => theme.link,
        EntryKind::BrokenLink => theme.error,
        EntryKind::Special => theme.dim,
        EntryKind::Object | EntryKind::File if entry.is_archived() => theme.dim,
        EntryKind::Object | EntryKind::File => theme.text,
    }
}

/// The name as it can be drawn; prefixes and folders keep their slash, and no name is a name too.
fn name(listing: &Listing, entry: &Entry) -> String {
    let slash = if matches!(entry.kind, EntryKind::Prefix | EntryKind::Folder) { "/" } else { "" };
    match (&*entry.name, entry.kind) {
        ("", EntryKind::Object) => "(marker of this prefix)".to_owned(),
        ("", _) => "(empty name)/".to_owned(),
        (name, _) if listing.place.is_buckets() => visible(name).into_owned(),
        (name, _) => {
            let shown = visible(name);
            // A space at an end cannot be seen.
            if name.starts_with(' ') || name.ends_with(' ') {
                format!("\"{shown}\"{slash}")
            } else {
                format!("{shown}{slash}")
            }
        }
    }
}

/// What colour says, in words.
fn words(entry: &Entry) -> String {
    let extra = entry.extra.as_deref();
    let link = extra.and_then(|extra| extra.link_target.as_deref()).map(|to| format!(" → {}", visible(to)));
    let mut words = Vec::new();
    if !entry.kind.mark().is_empty() {
        words.push(format!("{}{}", entry.kind.mark(), link.unwrap_or_default()));
    }
    if entry.is_unreadable() {
        words.push("unreadable".to_owned());
    }
    if entry.is_archived() {
        words.push("archived".to_owned());
    }
    if extra.is_some_and(|extra| extra.raw_name.is_some()) {
        words.push("not UTF-8".to_owned());
    }
    words.extend(extra.and_then(|extra| extra.region.as_deref()).map(|region| visible(region).into_owned()));
    words.join(", ")
}

/// A time in a column: with the hour where it fits, else the day, or the year if it is long ago.
fn time_for(time: Timestamp, state: &State, width: u16) -> String {
    if width >= 12 {
        return short_time(time, state.now, &state.zone);
    }
    let local = time.to_zoned(state.zone.clone());
    let is_recent = (-86_400..31_536_000).contains(&state.now.as_second().saturating_sub(time.as_second()));
    local.strftime(if is_recent { "%b %d" } else { "%Y" }).to_string()
}

fn draw_status(frame: &mut Frame, area: Rect, state: &State, side: Side, theme: &Theme) {
    let (pane, is_focused) = (state.pane(side), has_focus(state, side));
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if area.is_empty() {
        return;
    }
    let (mut text, style) = status(pane, theme);
    if let Some(words) = access_status(state, pane) {
        text = format!("{text} · {words}");
    }
    let Some(filter) = &pane.filter else {
        put(frame.buffer_mut(), area.x, area.y, area.width, &text, style);
        return;
    };
    put(frame.buffer_mut(), area.x, area.y, 2, "/ ", theme.key);
    let width = (area.width / 2).clamp(1, 24);
    let input = Rect { x: area.x + 2, width, ..area }.intersection(area);
    field::draw(frame, input, filter, pane.is_typing && is_focused, theme);
    let start = width + 3;
    put(frame.buffer_mut(), area.x + start, area.y, area.width.saturating_sub(start), &text, style);
}

/// How the reading of the words of buckets fares, or what is missing for that of the one under the cursor.
fn access_status(state: &State, pane: &Pane) -> Option<String> {
    if !pane.place().is_buckets() || pane.tree().loading().is_some() {
        return None;
    }
    if state.words.is_reading() {
        return Some("access … Esc stops".to_owned());
    }
    let tree = pane.tree();
    let word = match tree.item(tree.current()?)? {
        Item::Bucket(bucket) => state.words.get(&bucket),
        _ => return None,
    };
    match word {
        Some(Access::Unknown { unread, .. }) => Some(visible(&unread.join(", ")).into_owned()),
        None if state.words.is_stopped() => Some("access stopped, R reads it".to_owned()),
        _ => None,
    }
}

fn status(pane: &Pane, theme: &Theme) -> (String, Style) {
    let tree = pane.tree();
    let root = tree.root();
    let marked = tree.marked();
    let mut parts = Vec::new();
    if marked.count > 0 {
        parts.push(format!("{} marked, {}", count(marked.count), size(marked.bytes)));
    }
    let total = root.entries().len() as u64;
    let shown = root.shown().len() as u64;
    if pane.filter.is_some() {
        let more = match &root.load {
            _ if tree.loading().is_some() => "+",
            Load::Stopped => "+, stopped",
            Load::Failed(_) => "+, the rest failed",
            Load::More(_) => "+, more on the last row",
            _ => "",
        };
        parts.push(format!("{} of {}{more}", count(shown), count(total)));
        return (parts.join(" · "), if more.is_empty() { theme.dim } else { theme.warning });
    }
    if let Some(loaded) = tree.loading() {
        parts.push(if loaded == 0 {
            "loading … Esc stops".to_owned()
        } else {
            format!("{}+ loaded … Esc stops", count(loaded as u64))
        });
        return (parts.join(" · "), theme.warning);
    }
    let (text, style) = match &root.load {
        Load::Failed(error) if total > 0 => (error.to_string(), theme.error),
        Load::Stopped => (format!("stopped at {}, there may be more; R reads again", count(total)), theme.warning),
        Load::More(_) => (format!(">= {} loaded, more on the last row", count(total)), theme.warning),
        _ if shown < total => (format!("{} of {}", count(shown), counted(total, "item", "items")), theme.dim),
        Load::Failed(_) => (String::new(), theme.dim),
        _ => (counted(total, "item", "items"), theme.dim),
    };
    parts.push(text);
    let style = if marked.count > 0 { theme.marked } else { style };
    (parts.join(" · "), style)
}
