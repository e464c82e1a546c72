//! What is started: the function, the floor under it, and the same job in other languages.

use std::{ffi::OsString, path::PathBuf};

use crate::Trouble;

/// Other languages that do the same job, as the tables call them.
pub(crate) const RIVALS: [&str; 2] = ["node", "python"];

/// A program, and how it is started.
pub(crate) struct Program {
    /// What the tables call it.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
}

/// What is expected of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The function: pauses, and says so.
    Function,
    /// The floor: gives every event back.
    Bare,
    /// The same job, of which only the pause is looked for.
    Rival,
}

impl Program {
    /// A program that needs no arguments.
    ///
    /// # Errors
    /// Where there is no such file.
    pub(crate) fn new(name: &'static str, kind: Kind, path: PathBuf) -> Result<Self, Trouble> {
        Self::with(name, kind, path, Vec::new())
    }

    /// A script and the interpreter it needs.
    ///
    /// # Errors
    /// Where one of them is missing.
    pub(crate) fn script(name: &'static str, command: &[PathBuf]) -> Result<Self, Trouble> {
        let [interpreter, script] = command else {
            return Err(Trouble::Unusable(format!("{name} needs an interpreter and a script")));
        };
        let script = absolute(script.clone())?;
        Self::with(name, Kind::Rival, interpreter.clone(), vec![script.into_os_string()])
    }

    fn with(
        name: &'static str,
        kind: Kind,
        path: PathBuf,
        arguments: Vec<OsString>,
    ) -> Result<Self, Trouble> {
        Ok(Self { name, kind, path: absolute(path)?, arguments })
    }
}

/// A bare name would be looked for on the search path, which the process does not have.
fn absolute(path: PathBuf) -> Result<PathBuf, Trouble> {
    if !path.is_file() {
        let shown = path.display();
        return Err(Trouble::Unusable(format!("{shown} is missing; `make bench` builds what is needed")));
    }
    Ok(std::path::absolute(&path).unwrap_or(path))
}
