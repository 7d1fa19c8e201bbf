//! A history file in order of start, without holding it: where each line stands is kept, the lines
//! are read again as they are needed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use chrono::{DateTime, Utc};
use parceltrail::History;

/// Where a journey stands.
struct Entry {
    start: DateTime<Utc>,
    last: DateTime<Utc>,
    offset: u64,
    length: u32,
}

trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}

pub struct HistoryFile {
    source: Box<dyn Source>,
    entries: Vec<Entry>,
    problems: Vec<(usize, String)>,
}

impl HistoryFile {
    /// Looks through the file. `-` is standard input.
    pub fn open(path: &Path) -> io::Result<Self> {
        let source: Box<dyn Source> = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            Box::new(Cursor::new(bytes))
        } else {
            Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))
        };
        let mut file = Self {
            source,
            entries: Vec::new(),
            problems: Vec::new(),
        };
        file.index()?;
        Ok(file)
    }

    fn index(&mut self) -> io::Result<()> {
        let (mut line, mut offset) = (Vec::new(), 0);
        for number in 1.. {
            line.clear();
            let read = self.source.read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            if !line.trim_ascii().is_empty() {
                match entry(&line, offset) {
                    Ok(entry) => self.entries.push(entry),
                    Err(problem) => self.problems.push((number, problem)),
                }
            }
            offset += read as u64;
        }
        self.entries.sort_by_key(|entry| entry.start);
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// When the journeys began, in order.
    pub fn starts(&self) -> Vec<DateTime<Utc>> {
        self.entries.iter().map(|entry| entry.start).collect()
    }

    /// The last event of all.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.entries.iter().map(|entry| entry.last).max()
    }

    /// The lines that could not be read, by number.
    pub fn problems(&self) -> &[(usize, String)] {
        &self.problems
    }

    /// The journeys, by their first event; those that began together as they stand in the file.
    pub fn in_order_of_start(&mut self) -> impl Iterator<Item = io::Result<History>> {
        let Self {
            source, entries, ..
        } = self;
        let (mut line, mut position) = (Vec::new(), u64::MAX);
        entries.iter().map(move |entry| {
            if position != entry.offset {
                source.seek(SeekFrom::Start(entry.offset))?;
            }
            line.resize(entry.length as usize, 0);
            source.read_exact(&mut line)?;
            position = entry.offset + u64::from(entry.length);
            History::from_line(&line).map_err(io::Error::other)
        })
    }
}

/// Where a line stands, if it holds a journey.
fn entry(line: &[u8], offset: u64) -> Result<Entry, String> {
    let history = History::from_line(line).map_err(|problem| problem.to_string())?;
    let start = history.begun_at().ok_or("a journey without events")?;
    let length = line
        .len()
        .try_into()
        .map_err(|_| "a line of more than 4 GB")?;
    let last = history.events.last().map_or(start, |event| event.at);
    Ok(Entry {
        start,
        last,
        offset,
        length,
    })
}
