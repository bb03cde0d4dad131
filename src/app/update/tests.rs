//! Rules, as scripts of keys and reports.
