//! What the operating system knows of a process, and does to it.

use std::{fs, process::Command};

use crate::Trouble;

/// The unit of `/proc`, which it calls kB.
const KIB: u64 = 1024;

/// The highest resident memory so far, in bytes.
///
/// # Errors
/// Where the system does not tell, as outside Linux.
pub(crate) fn peak_memory(pid: u32) -> Result<u64, Trouble> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).map_err(|error| Trouble::Unusable(format!("{path}: {error}")))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map(|kib| kib * KIB).ok_or_else(|| Trouble::Unusable(format!("{path} tells no VmHWM")))
}

/// Stops the process where it is, as Lambda does between two events.
///
/// # Errors
/// Where that cannot be done.
pub(crate) fn freeze(pid: u32) -> Result<(), Trouble> {
    signal(pid, "STOP")
}

/// Lets a frozen process go on.
///
/// # Errors
/// Where that cannot be done.
pub(crate) fn thaw(pid: u32) -> Result<(), Trouble> {
    signal(pid, "CONT")
}

/// By the shell's own `kill`: a call of the system's would be unsafe code.
fn signal(pid: u32, name: &str) -> Result<(), Trouble> {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Trouble::Unusable(format!("SIG{name} cannot be sent to a process"))),
    }
}
