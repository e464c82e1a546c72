//! Which files are read, and how: plain or gzip, told by their first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Of a directory, files with these endings are read: what `aws` and export tasks write.
const ENDINGS: [&str; 6] = ["gz", "json", "jsonl", "log", "ndjson", "txt"];
/// Read so much at a time.
const AT_A_TIME: usize = 1 << 20;
/// From this size on reading takes long enough to show how far it is: about two seconds' worth.
const LARGE: u64 = 256 << 20;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The files to read, and how far reading is.
pub struct Files {
    paths: Vec<PathBuf>,
    progress: ProgressBar,
}

/// A file that was read: with these an auditor knows it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path, as it was given or found.
    pub file: String,
    /// Its size as it lies there, compressed or not.
    pub bytes: u64,
    /// The SHA-256 of these bytes; none where they could not be read to their end.
    pub sha256: Option<String>,
}

/// A reader that counts and hashes what goes through it.
struct Fingerprint<R> {
    reader: R,
    bytes: u64,
    hash: Sha256,
}

impl<R> Fingerprint<R> {
    fn of(reader: R) -> Self {
        Self { reader, bytes: 0, hash: Sha256::new() }
    }
}

impl<R: Read> Read for Fingerprint<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.bytes += read as u64;
        self.hash.update(&into[..read]);
        Ok(read)
    }
}

impl Files {
    /// The files given, and the log files in the directories given, in a stable order. The bar is drawn on standard
    /// error, if that is a terminal and there is much to read.
    ///
    /// # Errors
    /// Names a path that cannot be read, or a directory in which nothing looks like a log.
    pub fn find(given: &[PathBuf]) -> io::Result<Self> {
        let (mut paths, mut size) = (Vec::new(), 0);
        for path in given {
            let metadata = path.metadata().map_err(|error| about(path, &error))?;
            let before = paths.len();
            if metadata.is_dir() {
                search(path, &mut paths)?;
            } else {
                paths.push(path.clone());
            }
            if paths.len() == before {
                let endings = ENDINGS.join(", .");
                let none = io::Error::other(format!("no file in it ends in .{endings}"));
                return Err(about(path, &none));
            }
        }
        for path in &paths {
            size +=
                File::open(path).and_then(|file| file.metadata()).map_err(|error| about(path, &error))?.len();
        }
        let progress = if size < LARGE { ProgressBar::hidden() } else { bar(size) };
        Ok(Self { paths, progress })
    }

    /// The paths.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Opens one of them, hands it to `take` decompressed, and gives what it was.
    ///
    /// # Errors
    /// Where it cannot be opened or its first bytes cannot be read.
    pub fn read(&self, path: &Path, take: impl FnOnce(&mut dyn BufRead)) -> io::Result<Input> {
        let mut file = Fingerprint::of(self.progress.wrap_read(File::open(path)?));
        let mut plain = BufReader::with_capacity(AT_A_TIME, &mut file);
        if plain.fill_buf()?.starts_with(&GZIP) {
            take(&mut BufReader::with_capacity(AT_A_TIME, MultiGzDecoder::new(plain)));
        } else {
            take(&mut plain);
        }
        // Whoever reads may stop early, at a document that breaks off.
        let is_whole = io::copy(&mut file, &mut io::sink()).is_ok();
        let sha256 = is_whole.then(|| hex(&file.hash.finalize()));
        Ok(Input { file: path.display().to_string(), bytes: file.bytes, sha256 })
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.progress.finish_and_clear();
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn search(directory: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    let is_log = |path: &Path| {
        path.extension().is_some_and(|it| ENDINGS.iter().any(|ending| it.eq_ignore_ascii_case(ending)))
    };
    for entry in WalkDir::new(directory).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() && is_log(entry.path()) {
            paths.push(entry.into_path());
        }
    }
    Ok(())
}

/// The same failure, with the file that it is of.
pub fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn bar(size: u64) -> ProgressBar {
    let shape = "reading {bar:40} {bytes} of {total_bytes}, {eta} left";
    let bar = ProgressBar::new(size);
    bar.set_style(ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Reads the first bytes of a reader without losing them.
///
/// # Errors
/// As the reader's.
pub fn peek<R: BufRead>(mut reader: R, most: u64) -> io::Result<(Vec<u8>, R)> {
    let mut head = Vec::new();
    reader.by_ref().take(most).read_to_end(&mut head)?;
    Ok((head, reader))
}
