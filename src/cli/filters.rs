//! `--include` and `--exclude`, in the order in which they stand.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::model::filter::Filter;

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

/// The two options that build a filter together.
///
/// Derived, each would know its own values and not what stands between them.
#[derive(Debug, Clone, Default)]
pub struct Filters(pub Filter);

impl Args for Filters {
    fn augment_args(command: Command) -> Command {
        let arg = |name: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name("PATTERN").action(ArgAction::Append).help(help)
        };
        command
            .arg(arg(EXCLUDE, "Leave out what matches, such as '*.tmp'; the last rule that matches decides"))
            .arg(arg(INCLUDE, "Take what matches after all: --exclude '*' --include '*.csv'"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Filters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut rules = Vec::new();
        for (name, takes) in [(INCLUDE, true), (EXCLUDE, false)] {
            let places = matches.indices_of(name).into_iter().flatten();
            let patterns = matches.get_many::<String>(name).into_iter().flatten();
            rules.extend(places.zip(patterns).map(|(place, pattern)| (place, takes, pattern)));
        }
        rules.sort_unstable();
        let mut filter = Filter::default();
        for (_, takes, pattern) in rules {
            filter.push(takes, pattern);
        }
        Ok(Self(filter))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(args: &[&str]) -> Result<Filter, Error> {
        let command = Filters::augment_args(Command::new("x").no_binary_name(true));
        Filters::from_arg_matches(&command.try_get_matches_from(args)?).map(|filters| filters.0)
    }

    #[test]
    fn the_order_on_the_command_line_decides() {
        let only = filter(&["--exclude", "*", "--include", "*.csv"]).unwrap();
        assert!(only.takes("a.csv") && !only.takes("a.txt"));
        let none = filter(&["--include", "*.csv", "--exclude", "*"]).unwrap();
        assert!(!none.takes("a.csv"));
        assert!(filter(&[]).unwrap().is_empty());
    }
}
