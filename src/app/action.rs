//! The one table of what a key can mean. Help, palette, README and the keymap reference are printed from it.

/// Where the keys go. Dialogs and text fields read their keys themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// One of the two panes has the focus.
    Panes,
    /// The inspector has the focus.
    Inspector,
    /// The transfers screen is open.
    Transfers,
    /// The comparison screen is open.
    Compare,
    /// The history is open.
    History,
    /// The settings of a bucket are open.
    Settings,
    /// The permissions screen is open.
    Access,
    /// The unfinished uploads are open.
    Uploads,
}

impl Context {
    /// All contexts.
    pub const ALL: [Self; 8] = [
        Self::Panes,
        Self::Inspector,
        Self::Transfers,
        Self::Compare,
        Self::History,
        Self::Settings,
        Self::Access,
        Self::Uploads,
    ];

    /// Returns the word for it in headings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Panes => "panes",
            Self::Inspector => "inspector",
            Self::Transfers => "transfers",
            Self::Compare => "compare",
            Self::History => "history",
            Self::Settings => "settings",
            Self::Access => "permissions",
            Self::Uploads => "uploads",
        }
    }
}

/// The headings of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Moving the cursor.
    Move,
    /// Going to places.
    Go,
    /// Marking entries.
    Mark,
    /// What changes things.
    Work,
    /// Looking closer.
    Look,
    /// What is shown, and in which order.
    Show,
    /// The program itself.
    Program,
}

impl Group {
    /// All groups, in the order in which they are shown.
    pub const ALL: [Self; 7] = [Self::Move, Self::Go, Self::Mark, Self::Work, Self::Look, Self::Show, Self::Program];

    /// Returns the heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Go => "Go",
            Self::Mark => "Mark",
            Self::Work => "Work",
            Self::Look => "Look",
            Self::Show => "Show",
            Self::Program => "Program",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Its name in `keymap.toml`, in kebab-case.
    pub name: &'static str,
    /// A short label for the footer and the palette.
    pub label: &'static str,
    /// What it does, in one line.
    pub description: &'static str,
    /// Its heading in the help.
    pub group: Group,
    /// The keys it has unless `keymap.toml` says otherwise.
    pub keys: &'static [&'static str],
    /// Where it means something.
    pub contexts: &'static [Context],
    /// Whether it changes something, so that it is refused while writing is off.
    pub writes: bool,
}

macro_rules! actions {
    ($($action:ident $name:literal $label:literal $group:ident $contexts:ident $writes:literal [$($key:literal)*] $description:literal;)*) => {
        /// What a key means: imperative, without payload; the context gives the place.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $(#[doc = $description] $action,)*
        }

        /// Every action there is, in the order of the help.
        pub const TABLE: &[Entry] = &[
            $(Entry {
                action: Action::$action,
                name: $name,
                label: $label,
                description: $description,
                group: Group::$group,
                keys: &[$($key),*],
                contexts: $contexts,
                writes: $writes,
            },)*
        ];
    };
}

const PANES: &[Context] = &[Context::Panes];
const TRANSFERS: &[Context] = &[Context::Transfers];
const COMPARE: &[Context] = &[Context::Compare];
const COMPARABLE: &[Context] = &[Context::Panes, Context::Compare];
const SETTINGS: &[Context] = &[Context::Settings];
const CONFIGURABLE: &[Context] = &[Context::Panes, Context::Inspector, Context::Settings];
const EDITABLE: &[Context] = &[Context::Panes, Context::Settings];
const DELETABLE: &[Context] = &[Context::Panes, Context::Settings, Context::Uploads];
const REFRESHED: &[Context] = &[
    Context::Panes,
    Context::Inspector,
    Context::Compare,
    Context::History,
    Context::Settings,
    Context::Access,
    Context::Uploads,
];
const OPENABLE: &[Context] =
    &[Context::Panes, Context::Transfers, Context::History, Context::Settings, Context::Access];
const FILTERED: &[Context] = &[Context::Panes, Context::History, Context::Uploads];
const MARKED: &[Context] = &[Context::Panes, Context::Uploads];
const UPLOADS: &[Context] = &[Context::Uploads];
const LISTED: &[Context] = &[Context::Panes, Context::Inspector, Context::Uploads];
const PREVIEWED: &[Context] = &[Context::Panes, Context::Inspector, Context::Settings];
const READ: &[Context] = &[Context::Panes, Context::Inspector, Context::History];
const BROWSE: &[Context] = &[Context::Panes, Context::Inspector];
const ACCESS: &[Context] = &[Context::Access];
const JUDGED: &[Context] = &[Context::Panes, Context::Inspector, Context::Access];
const ANYWHERE: &[Context] = &Context::ALL;

actions! {
    MoveDown "move-down" "Down" Move ANYWHERE false ["Down" "j"] "Move down";
    MoveUp "move-up" "Up" Move ANYWHERE false ["Up" "k"] "Move up";
    PageDown "page-down" "Page down" Move ANYWHERE false ["PgDn" "Ctrl-D"] "Move one page down";
    PageUp "page-up" "Page up" Move ANYWHERE false ["PgUp" "Ctrl-U"] "Move one page up";
    GoFirst "go-first" "First" Move ANYWHERE false ["Home" "g"] "Go to the first row";
    GoLast "go-last" "Last" Move ANYWHERE false ["End" "G"] "Go to the last row";
    Unfold "unfold" "Unfold" Go PANES false ["Right" "l"] "Unfold in place, or go into what is unfolded";
    Fold "fold" "Fold" Go PANES false ["Left" "h"] "Fold, or go to the row above that holds this one";
    Open "open" "Open" Go OPENABLE false ["Enter"] "Open: a folder or prefix becomes the pane's place, anything else is inspected; in transfers: ask again; in the history: go to the object; in the settings: read the document; in the permissions: the reason on the whole screen";
    GoParent "go-parent" "Parent" Go PANES false ["Backspace"] "Go to the place one up";
    OtherPane "other-pane" "Other pane" Go CONFIGURABLE false ["Tab"] "Go to the other pane, or to the inspector and back";
    SwapPanes "swap-panes" "Swap" Go PANES false ["Ctrl-W"] "Swap the two panes";
    GoTo "go-to" "Go to" Go ANYWHERE false [":"] "Go to a path or s3:// location, or find an action by name";
    GoHome "go-home" "Home" Go PANES false ["~"] "Go to the list of buckets, or to the home folder";
    GoBack "go-back" "Back" Go PANES false ["["] "Go back to the place before";
    GoForward "go-forward" "Forward" Go PANES false ["]"] "Go forward again";
    BackOut "back-out" "Back" Go ANYWHERE false ["Esc"] "Back out: stop the load, end the filter, clear the marks, close";
    ToggleMark "toggle-mark" "Mark" Mark MARKED false ["Space" "Insert"] "Mark or unmark, and go on";
    InvertMarks "invert-marks" "Invert" Mark PANES false ["*"] "Invert the marks";
    MarkPattern "mark-pattern" "Mark by" Mark PANES false ["+"] "Mark by a pattern such as *.csv";
    UnmarkPattern "unmark-pattern" "Unmark by" Mark PANES false ["-"] "Unmark by a pattern";
    MarkAll "mark-all" "Mark all" Mark MARKED false ["%"] "Mark all rows of this level, or none if all are";
    Copy "copy" "Copy" Work PANES true ["F5" "c"] "Copy to the other pane";
    Move "move" "Move" Work PANES true ["F6" "m"] "Move to the other pane";
    Rename "rename" "Rename" Work PANES true ["F2" "r"] "Rename";
    New "new" "New" Work EDITABLE true ["F7" "n"] "Make a folder, a prefix or a bucket; in the settings: add a template";
    Delete "delete" "Delete" Work DELETABLE true ["F8" "d" "Delete"] "Delete; of the unfinished uploads: abort";
    AbortOlder "abort-older" "Older than" Work UPLOADS true ["o"] "Abort all uploads that are older than a time such as 7d; asks first";
    Edit "edit" "Edit" Work EDITABLE true ["F4" "e"] "Edit in $VISUAL or $EDITOR; a document of the settings here";
    Attributes "attributes" "Attributes" Work BROWSE true ["A"] "Change metadata, headers, tags, class, encryption or ACL; shows first what would change";
    EditOutside "edit-outside" "$EDITOR" Work SETTINGS true ["E"] "Edit the document in $VISUAL or $EDITOR";
    PutBack "put-back" "Put back" Work SETTINGS true ["u"] "Put back what stood there before bucketry last wrote the document";
    MakePublic "make-public" "Make public" Work ACCESS true ["m"] "Let everyone read the bucket, prefix or object: shows what stands in the way, the ways and the difference, asks, and proves it";
    MakePrivate "make-private" "Make private" Work ACCESS true ["M"] "Keep all strangers out of the bucket, prefix or object: shows the ways and the difference, asks, and proves it";
    Sync "sync" "Sync" Work COMPARABLE true ["Y"] "Make one pane the same as the other: compares, shows the plan, asks";
    PublishWebsite "publish-website" "Publish" Work EDITABLE true ["w"] "Publish the local folder of one pane as a website in the bucket or prefix of the other, or in the bucket of the settings: shows the plan, asks, and visits it";
    Compare "compare" "Compare" Look COMPARABLE false ["="] "Compare the two panes, or go back to them";
    NextKind "next-kind" "Next kind" Look COMPARE false ["Right" "l" "Tab"] "Show the next kind of difference alone";
    PreviousKind "previous-kind" "Previous kind" Look COMPARE false ["Left" "h" "BackTab"] "Show the kind of difference before alone";
    Inspect "inspect" "Inspect" Look BROWSE false ["i"] "Open or close the inspector";
    Preview "preview" "Preview" Look PREVIEWED false ["F3" "p"] "Show the first 64 KiB; in the settings: what the lifecycle rules would touch today";
    Uploads "uploads" "Uploads" Look LISTED false ["U"] "Show the unfinished uploads of a bucket or prefix, or go back";
    Settings "settings" "Settings" Look CONFIGURABLE false [","] "Show and change the settings of the bucket: policy, CORS, lifecycle and all others";
    Permissions "permissions" "Permissions" Look JUDGED false ["P"] "Show who may do what with a bucket, prefix or object, and why";
    NextQuestion "next-question" "Next" Look ACCESS false ["Right" "l" "Tab"] "Go to the next column";
    PreviousQuestion "previous-question" "Previous" Look ACCESS false ["Left" "h" "BackTab"] "Go to the column before";
    TestAnonymous "test-anonymous" "Test" Look ACCESS false ["T"] "Send one HEAD and one LIST without credentials, and show what they meet beside the verdict";
    Yank "yank" "Yank" Look READ false ["y"] "Copy the S3 URI or path to the clipboard";
    Filter "filter" "Filter" Show FILTERED false ["/"] "Filter the loaded rows as you type";
    Sort "sort" "Sort" Show PANES false ["s"] "Sort by name, size, time or type in turn";
    ReverseSort "reverse-sort" "Reverse" Show PANES false ["S"] "Reverse the order";
    ToggleHidden "toggle-hidden" "Hidden" Show PANES false ["."] "Show or hide names that begin with a dot";
    Refresh "refresh" "Refresh" Show REFRESHED false ["R" "Ctrl-R"] "Read again";
    Transfers "transfers" "Transfers" Program ANYWHERE false ["t"] "Open or close the transfers screen";
    History "history" "History" Program ANYWHERE false ["H"] "Open or close the history of transfers";
    PauseJob "pause-job" "Pause" Work TRANSFERS false ["Space"] "Pause or resume the transfer under the cursor";
    PauseAll "pause-all" "Pause all" Work TRANSFERS false ["P"] "Pause all transfers, or resume them if all are paused";
    RaiseJob "raise-job" "Sooner" Work TRANSFERS false ["K" "Shift-Up"] "Let the transfer under the cursor come before the one that waits above it";
    LowerJob "lower-job" "Later" Work TRANSFERS false ["J" "Shift-Down"] "Let the transfer under the cursor come after the one that waits below it";
    CancelJob "cancel-job" "Cancel" Work TRANSFERS false ["x"] "Cancel the transfer under the cursor, or discard what is left of it";
    RetryJob "retry-job" "Retry" Work TRANSFERS true ["r"] "Retry what failed in the transfer under the cursor, or resume what is left";
    LimitJob "limit-job" "Limit" Work TRANSFERS false ["l"] "Limit the speed of the transfer under the cursor";
    LimitAll "limit-all" "Limit all" Work TRANSFERS false ["L"] "Limit the speed of all transfers together";
    ClearFinished "clear-finished" "Clear" Show TRANSFERS false ["c"] "Forget the transfers that are over";
    ToggleWriting "toggle-writing" "RO/RW" Program ANYWHERE false ["W"] "Allow or refuse writing";
    Help "help" "Help" Program ANYWHERE false ["F1" "?"] "Show the keys of where you are";
    Redraw "redraw" "Redraw" Program ANYWHERE false ["Ctrl-L"] "Draw the screen anew";
    Suspend "suspend" "Suspend" Program ANYWHERE false ["Ctrl-Z"] "Go to the shell; fg comes back";
    Quit "quit" "Quit" Program ANYWHERE false ["q" "F10" "Ctrl-C"] "Leave; asks while transfers run";
}

impl Action {
    /// Returns the action's row of the table.
    #[expect(clippy::missing_panics_doc, reason = "it cannot: the table is made from the same list as the actions")]
    pub fn entry(self) -> &'static Entry {
        TABLE.get(self as usize).expect("every action has its row, in the order of the actions")
    }

    /// Returns the action of a name in kebab-case.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.action)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: BTreeSet<_> = TABLE.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), TABLE.len());
        for name in names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            assert_eq!(Action::from_name(name).unwrap().entry().name, name);
        }
    }

    #[test]
    fn every_function_key_has_a_letter() {
        for entry in TABLE.iter().filter(|entry| entry.keys.iter().any(|key| key.starts_with('F') && key.len() > 1)) {
            assert!(entry.keys.iter().any(|key| key.chars().count() == 1), "{} has no letter", entry.name);
        }
    }
}
