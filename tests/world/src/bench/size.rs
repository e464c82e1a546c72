//! How large the function is, as a file and as what is uploaded.

use std::{fs, io, path::Path};

use crate::Trouble;

/// The level at which cargo-lambda deflates.
const DEFLATE_LEVEL: u8 = 6;
/// What a zip of one file called `bootstrap` has beside its data: a local header, a central one, the end of the
/// directory, and the name twice.
const ZIP_FRAME: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

/// Sizes in bytes.
pub(crate) struct Size {
    pub(crate) binary: u64,
    pub(crate) zip: u64,
    /// Where the zip was found; none where it was reckoned from the binary.
    pub(crate) is_found: bool,
}

impl Size {
    /// Of this binary; `zip` counts only if it is no older.
    ///
    /// # Errors
    /// Where the binary cannot be read.
    pub(crate) fn of(binary: &Path, zip: Option<&Path>) -> Result<Self, Trouble> {
        let trouble = |error: io::Error| Trouble::Unusable(format!("{}: {error}", binary.display()));
        let bytes = fs::read(binary).map_err(trouble)?;
        let built = fs::metadata(binary).and_then(|it| it.modified()).map_err(trouble)?;
        let found = zip.and_then(|zip| fs::metadata(zip).ok());
        let found = found.filter(|it| it.modified().is_ok_and(|zipped| zipped >= built));
        let zip = match &found {
            Some(found) => found.len(),
            None => zipped(&bytes) as u64,
        };
        Ok(Self { binary: bytes.len() as u64, zip, is_found: found.is_some() })
    }
}

fn zipped(bytes: &[u8]) -> usize {
    miniz_oxide::deflate::compress_to_vec(bytes, DEFLATE_LEVEL).len() + ZIP_FRAME
}
