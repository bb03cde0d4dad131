//! The first line: who one is, where, and whether anything can be written.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::layout::TWO_PANES;
use crate::app::state::{Identity, Side, State};
use crate::model::job::Connection;
use crate::model::location::Location;
use crate::model::name::Profile;
use crate::model::text::{duration, truncate, visible, width};
use crate::tui::theme::Theme;

/// Draws the header.
pub fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme) {
    let right = right_part(state, theme);
    let right_width = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width);
    let room = area.width.saturating_sub(right_width + 1);
    let mut left = vec![Span::styled(" bucketry  ", theme.title)];
    if area.width < TWO_PANES {
        left = vec![Span::raw(" ")];
        left.extend(map(state, theme));
        left.push(Span::raw("  "));
    }
    let used: usize = left.iter().map(Span::width).sum();
    let words = identity(state);
    left.push(Span::styled(truncate(&words, usize::from(room).saturating_sub(used)).into_owned(), theme.label));
    frame.render_widget(Line::from(left), Rect { width: room, ..area });
    frame.render_widget(right, Rect { x: area.right() - right_width, width: right_width, ..area });
}

/// Where only one pane fits: `[local] s3`.
fn map(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    let word = |side: Side| if state.pane(side).place().is_s3() { "s3" } else { "local" };
    let one = |side: Side| {
        if side == state.side {
            Span::styled(format!("[{}]", word(side)), theme.title)
        } else {
            Span::styled(word(side), theme.dim)
        }
    };
    vec![one(Side::Left), Span::raw(" "), one(Side::Right)]
}

fn identity(state: &State) -> String {
    let places = || [state.side, state.side.other()].into_iter().map(|side| state.pane(side).place());
    let profile = places().find_map(Location::profile);
    let bucket = places().filter_map(Location::bucket_name).find(|bucket| Some(bucket.profile()) == profile);
    let learnt = bucket.and_then(|bucket| state.regions.get(bucket));
    let parts = match &state.identity {
        // Of another profile nothing is asked but what its buckets say.
        _ if let Some(name) = profile.and_then(Profile::name) => {
            vec![visible(name).into_owned(), learnt.cloned().unwrap_or_default()]
        }
        Identity::Asked => vec!["connecting …".to_owned()],
        Identity::Missing(error) => vec![visible(&error.cause).into_owned()],
        Identity::Known(connection) => parts(connection, learnt.map(String::as_str)),
    };
    parts.into_iter().filter(|part| width(part) > 0).collect::<Vec<_>>().join(" · ")
}

fn parts(connection: &Connection, learnt: Option<&str>) -> Vec<String> {
    let who = connection.profile.clone().or_else(|| connection.caller.as_deref().map(role)).unwrap_or_default();
    let region = match learnt {
        Some(region) => region.to_owned(),
        None if connection.region_is_default => format!("{} (no region set)", connection.region),
        None => connection.region.clone(),
    };
    let account = connection.account.as_deref().map(spaced).unwrap_or_default();
    let endpoint = connection.endpoint.clone().unwrap_or_default();
    [who, account, region, endpoint].iter().map(|part| visible(part).into_owned()).collect()
}

/// The telling part of a caller's ARN: `…:assumed-role/admin/session` gives `admin`.
fn role(arn: &str) -> String {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let mut parts = resource.split('/');
    match (parts.next(), parts.next()) {
        (Some("assumed-role"), Some(name)) => name.to_owned(),
        _ => resource.rsplit('/').next().unwrap_or(resource).to_owned(),
    }
}

/// An account number in groups of four, as Amazon prints it.
fn spaced(account: &str) -> String {
    if account.len() != 12 || !account.is_ascii() {
        return account.to_owned();
    }
    let group = |from: usize| account.get(from..from + 4).unwrap_or_default();
    [group(0), group(4), group(8)].join("-")
}

fn right_part<'a>(state: &State, theme: &Theme) -> Line<'a> {
    let writing = if state.is_read_only { Span::styled("RO", theme.good) } else { Span::styled("RW", theme.warning) };
    let mut spans = vec![writing];
    let expires = match &state.identity {
        Identity::Known(connection) => connection.expires,
        _ => None,
    };
    if let Some(expires) = expires {
        let left = expires.as_second() - state.now.as_second();
        spans.push(Span::styled(" · ", theme.dim));
        spans.push(match u64::try_from(left) {
            Ok(seconds @ 1..) if seconds < 300 => {
                Span::styled(format!("expires in {}", duration(seconds)), theme.warning)
            }
            Ok(seconds @ 1..) => Span::styled(format!("expires in {}", rough(seconds)), theme.dim),
            _ => Span::styled("expired", theme.error),
        });
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// Without the seconds, so that the header does not change with each of them.
fn rough(seconds: u64) -> String {
    if seconds < 3600 { format!("{}m", seconds / 60) } else { duration(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telling_part_of_an_arn_is_the_role_or_the_user() {
        assert_eq!(role("arn:aws:sts::123456789012:assumed-role/admin/i-0abc"), "admin");
        assert_eq!(role("arn:aws:iam::123456789012:user/ops/ann"), "ann");
        assert_eq!(role("arn:aws:iam::123456789012:root"), "root");
        assert_eq!(spaced("123456789012"), "1234-5678-9012");
    }
}
