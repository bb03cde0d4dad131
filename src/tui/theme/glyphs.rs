//! The characters that are not text, as box drawing or as ASCII.

use ratatui::buffer::Buffer;
use ratatui::symbols::border;

/// Borders, bars and marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// The frame of panes and dialogs.
    pub border: border::Set<'static>,
    /// The part of a progress bar that is done.
    pub bar: &'static str,
    /// The part of it that is not.
    pub bar_rest: &'static str,
    /// An unfolded row.
    pub unfolded: &'static str,
    /// A folded row.
    pub folded: &'static str,
    /// A marked row.
    pub marked: &'static str,
    /// From here to there.
    pub arrow: &'static str,
    /// Between parts of a line.
    pub dot: &'static str,
    /// Upwards, to S3.
    pub upload: &'static str,
    /// Downwards, from S3.
    pub download: &'static str,
    /// Whether the characters are ASCII.
    pub is_ascii: bool,
}

impl Glyphs {
    /// Common box drawing.
    pub const BOX: Self = Self {
        border: border::PLAIN,
        bar: "█",
        bar_rest: "░",
        unfolded: "▾",
        folded: "▸",
        marked: "●",
        arrow: "→",
        dot: "·",
        upload: "⇡",
        download: "⇣",
        is_ascii: false,
    };

    /// What every terminal has.
    pub const ASCII: Self = Self {
        border: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        bar: "#",
        bar_rest: ".",
        unfolded: "v",
        folded: ">",
        marked: "*",
        arrow: ">",
        dot: "-",
        upload: "^",
        download: "v",
        is_ascii: true,
    };

    /// Replaces the signs of the program's own texts in a finished picture, where they have to be ASCII. Names in
    /// other scripts are left as they are.
    pub fn settle(&self, buffer: &mut Buffer) {
        if !self.is_ascii {
            return;
        }
        for cell in &mut buffer.content {
            let plain = match cell.symbol() {
                "…" => "~",
                "–" | "—" | "·" => "-",
                "→" | "▸" => ">",
                "←" => "<",
                "↑" => "^",
                "↓" | "▾" => "v",
                "●" => "*",
                "×" => "x",
                _ => continue,
            };
            cell.set_symbol(plain);
        }
    }
}
