//! All that the program knows while it runs, owned by the loop.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::access::Permissions;
use super::compare::Compare;
use super::dialog::Dialog;
use super::effect::Effect;
use super::help::Help;
use super::history::History;
use super::inspector::Inspector;
use super::keymap::Keymap;
use super::notice::Notice;
use super::palette::Palette;
use super::pane::Pane;
use super::queue::Queue;
use super::settings::Settings;
use super::tree::{Row, Tree};
use super::uploads::Uploads;
use super::words::Words;
use crate::model::error::Error;
use crate::model::job::{Connection, Item, JobId, Request, Ticket};
use crate::model::limit::ByteRate;
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, ETag};

/// Gives out tickets and job numbers, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ids {
    last: u64,
}

impl Ids {
    /// Returns a ticket that was never used before.
    pub fn ticket(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }

    /// Returns a job number that was never used before.
    pub fn job(&mut self) -> JobId {
        self.last += 1;
        JobId(self.last)
    }
}

/// One of the two panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl Side {
    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// What the middle of the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The panes, or a pane and the inspector.
    Browse,
    /// The queue.
    Transfers,
    /// How two places differ.
    Compare,
    /// What was transferred.
    History,
    /// The settings of a bucket.
    Settings,
    /// Who may do what.
    Access,
    /// Uploads that were begun and not finished.
    Uploads,
}

/// Who the caller is, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// No answer yet.
    #[default]
    Asked,
    /// Known.
    Known(Connection),
    /// There are no usable credentials.
    Missing(Error),
}

/// What the program starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What the left pane shows.
    pub left: Location,
    /// What the right pane shows.
    pub right: Location,
    /// The keys.
    pub keymap: Keymap,
    /// Whether nothing may be written.
    pub is_read_only: bool,
    /// Whether names that begin with a dot are shown.
    pub shows_hidden: bool,
    /// How fast all transfers together may be.
    pub limit: Option<ByteRate>,
    /// The person's home folder.
    pub home: Option<PathBuf>,
    /// Where relative paths start.
    pub base: PathBuf,
    /// The time.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: TimeZone,
}

/// An object that is open in an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// The temporary file.
    pub path: PathBuf,
    /// Where it goes back to.
    pub object: ObjectRef,
    /// What it was when it was read.
    pub etag: ETag,
}

/// What is dragged with the mouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drag {
    /// The pane that it began in.
    pub side: Side,
    /// What it began on.
    pub start: Dragged,
    /// What it has marked itself, once it has moved inside its pane.
    pub marked: Option<Vec<Dragged>>,
}

/// What a click went to. The second half of a double click may go elsewhere than the first, which then closed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clicked {
    /// The screen itself.
    #[default]
    Screen,
    /// A dialog, the palette or the help in front of it.
    Front,
}

/// A row and what was on it: pages that arrive during a drag may bring something else there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dragged {
    /// The row.
    pub row: Row,
    /// What was on it.
    pub item: Item,
}

impl Dragged {
    /// Returns what is on a row; nothing for a note.
    pub fn new(tree: &Tree, row: Row) -> Option<Self> {
        tree.item(row).map(|item| Self { row, item })
    }

    /// Returns whether it is still there.
    pub fn is_in(&self, tree: &Tree) -> bool {
        tree.item(self.row).as_ref() == Some(&self.item)
    }
}

/// All that the program knows.
#[derive(Debug)]
pub struct State {
    /// Tickets and job numbers.
    pub ids: Ids,
    /// The left pane.
    pub left: Pane,
    /// The right pane.
    pub right: Pane,
    /// Which pane has the focus.
    pub side: Side,
    /// What the middle shows.
    pub screen: Screen,
    /// The inspector.
    pub inspector: Inspector,
    /// Whether the inspector is open.
    pub is_inspecting: bool,
    /// Whether the inspector has the focus, and not the pane beside it.
    pub is_inspector_focused: bool,
    /// The jobs.
    pub queue: Queue,
    /// The comparison, while its screen is open.
    pub compare: Option<Compare>,
    /// Who may do what, while its screen is open.
    pub permissions: Option<Permissions>,
    /// The unfinished uploads of a place, while their screen is open.
    pub uploads: Option<Box<Uploads>>,
    /// What was transferred, as far as it was looked at.
    pub history: History,
    /// The settings of a bucket, once they were looked at.
    pub settings: Option<Settings>,
    /// The open dialog.
    pub dialog: Option<Dialog>,
    /// The open palette.
    pub palette: Option<Palette>,
    /// The open help.
    pub help: Option<Help>,
    /// A line for the person.
    pub notice: Option<Notice>,
    /// Who the caller is.
    pub identity: Identity,
    /// The regions of buckets, as far as they were learnt.
    pub regions: HashMap<BucketName, String>,
    /// Which buckets are open to strangers, as far as they were in view.
    pub words: Words,
    /// Whether nothing may be written.
    pub is_read_only: bool,
    /// The keys.
    pub keymap: Keymap,
    /// The width of the screen.
    pub width: u16,
    /// The height of the screen.
    pub height: u16,
    /// The time.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The person's home folder.
    pub home: Option<PathBuf>,
    /// Where relative paths start if no local pane says otherwise.
    pub base: PathBuf,
    /// When Ctrl-C was pressed, which pressed again soon leaves without asking.
    pub interrupted: Option<Timestamp>,
    /// Which places each running job changes, to be read anew when it ends.
    pub touched: HashMap<JobId, Vec<Location>>,
    /// What is dragged.
    pub drag: Option<Drag>,
    /// What the last click went to.
    pub clicked: Clicked,
    /// The question for an object to edit.
    pub fetching: Option<Ticket>,
    /// The object that was read to be edited, and waits until the editor takes no keys from anything else.
    pub fetched: Option<Editing>,
    /// The object in the editor.
    pub editing: Option<Editing>,
    /// The job that has published a website and was not told of.
    pub published: Option<JobId>,
}

impl State {
    /// Returns the state of the first frame. What it waits for is asked by [`State::begin`].
    pub fn new(setup: Setup) -> Self {
        let mut ids = Ids::default();
        let left = Pane::new(setup.left, setup.shows_hidden, &mut ids);
        let right = Pane::new(setup.right, setup.shows_hidden, &mut ids);
        Self {
            ids,
            left,
            right,
            side: Side::Left,
            screen: Screen::Browse,
            inspector: Inspector::default(),
            is_inspecting: false,
            is_inspector_focused: false,
            queue: Queue::new(setup.limit),
            compare: None,
            permissions: None,
            uploads: None,
            history: History::default(),
            settings: None,
            dialog: None,
            palette: None,
            help: None,
            notice: None,
            identity: Identity::Asked,
            regions: HashMap::new(),
            words: Words::default(),
            is_read_only: setup.is_read_only,
            keymap: setup.keymap,
            width: 80,
            height: 24,
            now: setup.now,
            zone: setup.zone,
            home: setup.home,
            base: setup.base,
            interrupted: None,
            touched: HashMap::new(),
            drag: None,
            clicked: Clicked::default(),
            fetching: None,
            fetched: None,
            editing: None,
            published: None,
        }
    }

    /// Returns what the first frame waits for.
    pub fn begin(&self) -> Vec<Effect> {
        let mut effects = vec![Effect::Submit(Request::Identify), Effect::Submit(Request::FindUnfinished)];
        effects.extend(self.left.begin());
        effects.extend(self.right.begin());
        effects
    }

    /// Returns a pane.
    pub fn pane(&self, side: Side) -> &Pane {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// Returns a pane to change it.
    pub fn pane_mut(&mut self, side: Side) -> &mut Pane {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// Returns a pane to change it, together with what gives out tickets.
    pub fn pane_and_ids(&mut self, side: Side) -> (&mut Pane, &mut Ids) {
        match side {
            Side::Left => (&mut self.left, &mut self.ids),
            Side::Right => (&mut self.right, &mut self.ids),
        }
    }

    /// Returns the pane with the focus.
    pub fn focused(&self) -> &Pane {
        self.pane(self.side)
    }

    /// Returns whether the keys go into a filter.
    pub fn is_typing(&self) -> bool {
        match self.screen {
            Screen::Browse => self.focused().is_typing,
            Screen::History => self.history.is_typing,
            Screen::Settings => self.settings.as_ref().is_some_and(Settings::is_typing),
            Screen::Uploads => self.uploads.as_ref().is_some_and(|uploads| uploads.is_typing),
            Screen::Transfers | Screen::Compare | Screen::Access => false,
        }
    }

    /// Returns what is under the cursor of the focused pane.
    pub fn current_item(&self) -> Option<Item> {
        let tree = self.focused().tree();
        tree.current().and_then(|row| tree.item(row))
    }

    /// Returns where relative paths start: at the focused pane's folder, or the other's, or where the program began.
    pub fn base(&self) -> PathBuf {
        let places = [self.focused().place(), self.pane(self.side.other()).place()];
        let local = places.into_iter().find_map(|place| match place {
            Location::Local(path) => Some(path.clone()),
            _ => None,
        });
        local.unwrap_or_else(|| self.base.clone())
    }
}
