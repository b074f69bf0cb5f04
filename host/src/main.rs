//! `qbo-host`: everything is in the library's `cli`.

fn main() -> std::process::ExitCode {
    qbo_host::cli::main()
}
