//! Parses the command line, runs, and turns the end into an exit code.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use bucketry::app::keymap::{self, Keymap};
use bucketry::app::state::{Setup, State};
use bucketry::cli::{self, Args, Base, Command, Stop};
use bucketry::config::{self, Config, ConfigError, Glyphs};
use bucketry::engine::{CLEAN_UP, Engine, Options, REPORTS};
use bucketry::model::job::Leaving;
use bucketry::model::location::Location;
use bucketry::model::name::Profile;
use bucketry::s3::Settings;
use bucketry::tui;
use bucketry::tui::theme::{BUILT_IN, Theme};
use clap::Parser as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

/// Wrong use, or a fault in a file: the start stops before the screen opens.
const WRONG_USE: u8 = 2;

/// What the command line and the files came to.
struct Choice {
    args: Args,
    config: Config,
    keymap: Keymap,
    theme: Theme,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command.clone() {
        Some(command) => run_command(&args, &command),
        None => Choice::new(args).and_then(|choice| start(&choice)),
    };
    outcome.unwrap_or_else(|message| {
        let _ = writeln!(io::stderr(), "bucketry: {message}");
        ExitCode::from(WRONG_USE)
    })
}

impl Choice {
    fn new(args: Args) -> Result<Self, String> {
        let folder = config::folder();
        let folder = folder.as_deref();
        let words = |error: ConfigError| error.to_string();
        let config = Config::load(folder).map_err(words)?;
        let keymap = config::keymap(folder).map_err(words)?;
        let name = args.theme.as_ref().unwrap_or(&config.theme);
        let source = config::theme(folder, name, BUILT_IN).map_err(|error| match args.theme {
            Some(_) => format!("--theme: {}", error.message),
            None => words(error),
        })?;
        let mut theme = Theme::parse(&source.text).map_err(|fault| words(ConfigError::new(&source, &fault)))?;
        // A theme asked for by name goes before the variable, as no-color.org has it.
        if args.theme.is_none() && variable("NO_COLOR").is_some() {
            theme = theme.without_color();
        }
        if args.ascii || is_ascii(config.glyphs) {
            theme = theme.with_ascii();
        }
        Ok(Self { args, config, keymap, theme })
    }

    fn state(&self, left: Location, right: Location, base: PathBuf) -> State {
        State::new(Setup {
            left,
            right,
            keymap: self.keymap.clone(),
            is_read_only: self.args.read_only || self.config.read_only,
            shows_hidden: self.config.show_hidden,
            limit: self.config.limit_rate,
            home: home(),
            base,
            now: Timestamp::now(),
            zone: TimeZone::system(),
        })
    }
}

fn settings(args: &Args) -> Settings {
    Settings {
        profile: args.profile.clone(),
        region: args.region.clone(),
        endpoint_url: args.endpoint_url.clone(),
        no_sign_request: args.no_sign_request,
        request_payer: args.request_payer,
        ..Settings::default()
    }
}

fn options(config: &Config, data_folder: Option<PathBuf>) -> Options {
    Options {
        data_folder,
        unsafe_keys: config.unsafe_keys,
        memory_bytes: config.memory_mib.saturating_mul(1 << 20),
        limit: config.limit_rate,
        syncs_files: config.fsync,
        ..Options::default()
    }
}

/// How long a command that nobody watches waits for fresh credentials.
const UNWATCHED_HOLD: Duration = Duration::from_mins(15);

/// Runs a command that needs no screen.
fn run_command(args: &Args, command: &Command) -> Result<ExitCode, String> {
    if args.left.is_some() {
        return Err("a location before a command belongs to the screen; write it behind the command".to_owned());
    }
    if let Some(printed) = command.print() {
        return Ok(ExitCode::from(printed.map_or_else(Stop::tell, |()| 0)));
    }
    let config = Config::load(config::folder().as_deref()).map_err(|error| error.to_string())?;
    open_log(args)?;
    let runtime = Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
    let code = runtime.block_on(async {
        let around = surroundings(args).await?;
        let (sender, reports) = tokio::sync::mpsc::channel(REPORTS);
        // Without a terminal nobody sees that a job waits, and it would wait for ever.
        let hold_limit = (!io::stderr().is_terminal()).then_some(UNWATCHED_HOLD);
        let options = Options { hold_limit, ..command.tune(options(&config, around.data_folder)) };
        let engine = Engine::start(around.settings, options, sender);
        let base = Base { folder: around.folder, home: home() };
        let is_read_only = args.read_only || config.read_only;
        Ok::<_, String>(Box::pin(cli::run(command, &engine, reports, base, is_read_only)).await)
    })?;
    // Standard input that nobody writes to must not hold up the shell.
    runtime.shutdown_background();
    Ok(ExitCode::from(code))
}

/// What lives as long as the demo is in use.
#[cfg(feature = "demo")]
type Demo = Option<demo::Running>;
#[cfg(not(feature = "demo"))]
type Demo = ();

/// What the program works with.
struct Surroundings {
    /// How to connect.
    settings: Settings,
    /// The working folder.
    folder: PathBuf,
    /// Where what survives the program is kept.
    data_folder: Option<PathBuf>,
    _demo: Demo,
}

/// Returns what the program works with: the demo's, if it is asked for.
async fn surroundings(args: &Args) -> Result<Surroundings, String> {
    #[cfg(feature = "demo")]
    if args.demo {
        let demo = demo::Running::start().await?;
        let (settings, folder, data_folder) = (demo.settings(), demo.folder(), Some(demo.data_folder()));
        return Ok(Surroundings { settings, folder, data_folder, _demo: Some(demo) });
    }
    let folder = std::env::current_dir().map_err(|error| format!("cannot use the working folder: {error}"))?;
    let data_folder = config::data_folder();
    Ok(Surroundings { settings: settings(args), folder, data_folder, _demo: Demo::default() })
}

fn open_log(args: &Args) -> Result<(), String> {
    let Some(path) = &args.log else { return Ok(()) };
    log_to(path).map_err(|error| format!("cannot write the log {}: {error}", path.display()))
}

fn start(choice: &Choice) -> Result<ExitCode, String> {
    if choice.args.keys {
        // A closed pipe is no error.
        let _ = io::stdout().write_all(keymap::markdown().as_bytes());
        return Ok(ExitCode::SUCCESS);
    }
    open_log(&choice.args)?;
    let runtime = behind_screen().map_err(|error| format!("cannot start: {error}"))?;
    #[cfg(feature = "demo")]
    if choice.args.serve {
        return runtime.block_on(demo::serve());
    }
    if !tui::terminal::is_present() {
        return Err("this needs a terminal: standard input and output must both be one".to_owned());
    }
    let ended = runtime.block_on(browse(choice))?;
    // A read that hangs in the kernel must not hold up the shell.
    runtime.shutdown_background();
    if let Err(error) = ended {
        let _ = writeln!(io::stderr(), "bucketry: the terminal failed: {error}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// How much nicer the work is than the loop that answers keys, in steps of `nice(1)`. Where every processor is busy with
/// checksums, a key otherwise waits for as long as the scheduler lets one of those threads run on; the loop needs next to
/// nothing, and so goes first.
#[cfg(target_os = "linux")]
const NICER: i32 = 15;

/// Returns the runtime of the work behind the screen, whose loop runs on this thread.
fn behind_screen() -> io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // Elsewhere than on Linux a process has one priority for all its threads. A refusal costs speed of keys, no more.
    #[cfg(target_os = "linux")]
    builder.on_thread_start(|| {
        let _ = rustix::process::setpriority_process(None, NICER);
    });
    builder.enable_all().build()
}

/// Opens the browser and returns when the person has left and the work has cleaned up behind itself.
async fn browse(choice: &Choice) -> Result<io::Result<()>, String> {
    let around = surroundings(&choice.args).await?;
    let base = around.folder;
    let place = |given: Option<&String>, default: Location| match given {
        Some(text) => Location::parse(text, &base, home().as_deref()).map_err(|problem| format!("{text}: {problem}")),
        None => Ok(default),
    };
    let left = place(choice.args.left.as_ref(), Location::Local(base.clone()))?;
    let right = place(choice.args.right.as_ref(), Location::Buckets(Profile::OWN))?;
    let (sender, reports) = tokio::sync::mpsc::channel(REPORTS);
    let options = Options { keeps_failed: true, ..options(&choice.config, around.data_folder) };
    let engine = Engine::start(around.settings, options, sender);
    let takes_mouse = choice.config.mouse && !choice.args.no_mouse;
    let state = choice.state(left, right, base);
    let ended = Box::pin(tui::run::run(state, &engine, reports, choice.theme.clone(), takes_mouse)).await;
    // A terminal that fails is a line that was dropped: the jobs are kept for the next start.
    let leaving = ended.as_ref().map_or(Leaving::Keep, |leaving| *leaving);
    cli::tell_left_over(&engine.shutdown(CLEAN_UP, leaving).await);
    Ok(ended.map(drop))
}

fn home() -> Option<PathBuf> {
    directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned())
}

/// Returns a variable of the environment that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Box drawing needs a locale in UTF-8 and more than the fonts of the Linux console.
fn is_ascii(glyphs: Glyphs) -> bool {
    match glyphs {
        Glyphs::Ascii => true,
        Glyphs::Unicode => false,
        Glyphs::Auto => {
            let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
            let locale = locale.to_lowercase();
            !(locale.contains("utf-8") || locale.contains("utf8"))
                || variable("TERM").is_some_and(|term| term == "linux")
        }
    }
}

/// Writes what happens to a file that only its owner can read: names of keys are nobody else's business.
fn log_to(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let filter = tracing_subscriber::EnvFilter::new("bucketry=debug");
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(file)).init();
    Ok(())
}

/// The S3 endpoint inside this process.
#[cfg(feature = "demo")]
mod demo {
    use std::io::{self, Write as _};
    use std::path::PathBuf;
    use std::process::ExitCode;

    use bucketry::demo::{Demo, Options, Scratch, empty, scratch};
    use bucketry::s3::{Keys, Settings};

    /// An endpoint with sample data and the folder of sample files beside it; both end with this value.
    pub struct Running {
        endpoint: Demo,
        files: Scratch,
        data: Scratch,
    }

    impl Running {
        pub async fn start() -> Result<Self, String> {
            let endpoint = open().await?;
            let files = scratch().map_err(|error| format!("cannot make the folder of sample files: {error}"))?;
            let data = empty().map_err(|error| format!("cannot make the folder of the journal: {error}"))?;
            Ok(Self { endpoint, files, data })
        }

        pub fn settings(&self) -> Settings {
            Settings {
                endpoint_url: Some(self.endpoint.endpoint()),
                region: Some(self.endpoint.region().to_owned()),
                static_keys: Some(Keys::new(self.endpoint.access_key(), self.endpoint.secret_key())),
                ..Settings::default()
            }
        }

        pub fn folder(&self) -> PathBuf {
            self.files.path().to_owned()
        }

        /// What the demo has done is forgotten with it.
        pub fn data_folder(&self) -> PathBuf {
            self.data.path().to_owned()
        }
    }

    async fn open() -> Result<Demo, String> {
        let options = Options { sample: true, ..Options::default() };
        Demo::start(options).await.map_err(|error| format!("cannot open the demo endpoint: {error}"))
    }

    /// Serves without a screen until somebody interrupts it.
    pub async fn serve() -> Result<ExitCode, String> {
        let endpoint = open().await?;
        let lines = format!(
            "export AWS_ENDPOINT_URL={}\nexport AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n\
             export AWS_REGION={region}\nexport AWS_DEFAULT_REGION={region}\n",
            endpoint.endpoint(),
            endpoint.access_key(),
            endpoint.secret_key(),
            region = endpoint.region(),
        );
        let _ = io::stdout().write_all(lines.as_bytes());
        let _ = writeln!(io::stderr(), "serving the demo; Ctrl-C ends it");
        tokio::signal::ctrl_c().await.map_err(|error| format!("cannot wait for Ctrl-C: {error}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
