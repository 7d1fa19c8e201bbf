//! A ledger as a snapshot is derived from it: [`View`].

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::receipts::{self, Receipt};
use super::{Content, Ledger, frame_order};
use crate::journey::digest;
use crate::journey::merge::{NewestSnapshot, Subject, subject};
use crate::model::pack::{Pack, Unpacker};
use crate::model::{DeliveryKind, Event, EventId, FnvHasher, Shipment};

type Hasher = BuildHasherDefault<FnvHasher>;

/// When something was received first and last.
type Span = (DateTime<Utc>, DateTime<Utc>);

/// The deliveries of a ledger, as far as a snapshot depends on them.
///
/// What deliveries say beside events matters when it was said first and last, and where something
/// else came between. Each wording of an event stands once for each speaker, in the last delivery
/// of its frame.
pub(in crate::journey) struct View {
    /// Oldest first; of one moment in an order of their own.
    pub deliveries: Vec<Shipment>,
    /// Each statement in the wording that was received last.
    pub statements: Vec<Statement>,
    /// The newest snapshots, by the index of a delivery of their subject.
    pub newest: Vec<(usize, NewestSnapshot)>,
}

/// A statement in the wording that was received last.
#[derive(Clone, Copy)]
pub(in crate::journey) struct Statement {
    pub id: EventId,
    /// A hash of its place.
    pub place: Option<u64>,
    /// The delivery that holds it, and where.
    pub delivery: usize,
    pub event: usize,
    pub first_received: DateTime<Utc>,
    pub last_received: DateTime<Utc>,
}

/// A content that is known, and when it was received first and last.
struct Known {
    content: Content,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// A wording of an event as one speaker stated it.
#[derive(Clone, Copy)]
struct Wording {
    speaker: usize,
    event: u32,
    frame: usize,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

impl Ledger {
    /// What was received until `known_at`; without it, everything.
    pub fn view(&self, known_at: Option<DateTime<Utc>>) -> View {
        let is_known = |(received, _): &&Receipt| known_at.is_none_or(|until| *received <= until);
        let timelines: Vec<Vec<Receipt>> = self
            .timelines
            .iter()
            .map(|timeline| {
                timeline
                    .receipts()
                    .iter()
                    .take_while(is_known)
                    .copied()
                    .collect()
            })
            .collect();
        let texts = self.texts();
        let frames = self.unpacked::<Shipment>(&self.frames, &texts);
        let known = self.known(&timelines);
        let mut building = Building {
            ledger: self,
            texts,
            known,
            orders: vec![None; frames.len()],
            speakers: speakers(&frames),
            frames,
            deliveries: Vec::new(),
            last_of_frame: Vec::new(),
        };
        building.deliveries(&timelines);
        building.finish()
    }

    /// The contents that are known, in the order in which they came into the ledger.
    fn known(&self, timelines: &[Vec<Receipt>]) -> Vec<Known> {
        let mut spans: Vec<Option<Span>> = vec![None; self.contents.len()];
        for (received, content) in timelines.iter().flatten() {
            if let Some(span) = spans.get_mut(*content as usize) {
                let (first, _) = span.unwrap_or((*received, *received));
                *span = Some((first, *received));
            }
        }
        let known = |(at, span): (usize, Option<Span>)| {
            let (first, last) = span?;
            let content = self.content(at)?;
            Some(Known {
                content,
                first,
                last,
            })
        };
        spans.into_iter().enumerate().filter_map(known).collect()
    }
}

/// The speaker of each frame: what decides what its statements may do.
fn speakers(frames: &[Shipment]) -> Vec<usize> {
    let speaker = |frame: &Shipment| {
        (
            frame.feed.clone(),
            frame.carrier.clone(),
            frame.number.clone(),
            frame.issuer,
            frame.instance.clone(),
            frame.proof,
            frame.order.is_some(),
        )
    };
    if let [_] = frames {
        return vec![0];
    }
    let mut known = HashMap::with_capacity_and_hasher(frames.len(), Hasher::default());
    frames
        .iter()
        .map(|frame| {
            let next = known.len();
            *known.entry(speaker(frame)).or_insert(next)
        })
        .collect()
}

struct Building<'l> {
    ledger: &'l Ledger,
    texts: Vec<SmolStr>,
    known: Vec<Known>,
    frames: Vec<Shipment>,
    speakers: Vec<usize>,
    /// What sorts the deliveries of one moment, where it was asked for.
    orders: Vec<Option<u64>>,
    deliveries: Vec<(DateTime<Utc>, usize)>,
    /// The last delivery of each frame.
    last_of_frame: Vec<usize>,
}

impl Building<'_> {
    fn order(&mut self, frame: usize) -> u64 {
        *self.orders[frame].get_or_insert_with(|| frame_order(&self.frames[frame]))
    }

    /// Finds the moments at which frames matter, in their order.
    fn deliveries(&mut self, timelines: &[Vec<Receipt>]) {
        for timeline in timelines {
            let mut framed: Vec<(DateTime<Utc>, usize)> = timeline
                .iter()
                .filter_map(|(received, content)| {
                    let record = self.ledger.contents.get(*content as usize)?;
                    Some((*received, Unpacker::new(record, &[]).small().ok()?))
                })
                .collect();
            framed.sort_unstable();
            framed.dedup();
            let repeated = receipts::repeated(&framed);
            let kept = framed.into_iter().zip(repeated);
            self.deliveries.extend(
                kept.filter(|(_, is_repeated)| !is_repeated)
                    .map(|(it, _)| it),
            );
        }
        let mut deliveries = std::mem::take(&mut self.deliveries);
        deliveries.sort_unstable();
        for moment in deliveries.chunk_by_mut(|a, b| a.0 == b.0) {
            if moment.len() > 1 {
                moment.sort_by_cached_key(|(_, frame)| self.order(*frame));
            }
        }
        self.last_of_frame = vec![usize::MAX; self.frames.len()];
        for (at, (_, frame)) in deliveries.iter().enumerate() {
            self.last_of_frame[*frame] = at;
        }
        self.deliveries = deliveries;
    }

    /// Every wording of every speaker, in the frame in which he stated it last.
    fn wordings(&mut self) -> Vec<Wording> {
        let mut wordings: Vec<Wording> = Vec::with_capacity(self.ledger.events.len());
        for known in &self.known {
            let frame = known.content.frame;
            wordings.extend(known.content.events.iter().map(|event| Wording {
                speaker: self.speakers[frame],
                event: *event,
                frame,
                first: known.first,
                last: known.last,
            }));
        }
        if self.known.len() > 1 {
            wordings.sort_by_key(|it| (it.speaker, it.event, it.last));
        }
        wordings.dedup_by(|later, kept| {
            let is_same = (later.speaker, later.event) == (kept.speaker, kept.event);
            if is_same {
                let first = kept.first.min(later.first);
                let is_earlier = later.last == kept.last
                    && later.frame != kept.frame
                    && self.order(kept.frame) < self.order(later.frame);
                if !is_earlier {
                    *kept = *later;
                }
                kept.first = first;
            }
            is_same
        });
        wordings
    }

    fn finish(mut self) -> View {
        let wordings = self.wordings();
        let mut deliveries = self.framed();
        let mut placed: Vec<(usize, usize)> = vec![(0, 0); self.ledger.events.len()];
        let mut statements = Statements::with_capacity(wordings.len());
        for wording in wordings {
            let delivery = self.last_of_frame[wording.frame];
            let Some((event, into)) = self.event(wording.event).zip(deliveries.get_mut(delivery))
            else {
                continue;
            };
            let place = (delivery, into.events.len());
            placed[wording.event as usize] = place;
            into.events.push(event);
            let id = self.ledger.ids[wording.event as usize];
            statements.take(id, &wording, place, |new, kept| {
                self.is_preferred(&deliveries, new, kept)
            });
        }
        let newest = self.newest(&deliveries, &placed);
        View {
            deliveries,
            statements: statements.all,
            newest,
        }
    }

    /// The deliveries without their events.
    fn framed(&self) -> Vec<Shipment> {
        let framed = |(received, frame): &(DateTime<Utc>, usize)| Shipment {
            received: *received,
            ..self.frames[*frame].clone()
        };
        self.deliveries.iter().map(framed).collect()
    }

    fn event(&self, at: u32) -> Option<Event> {
        let record = self.ledger.events.get(at as usize)?;
        Event::unpack(&mut Unpacker::new(record, &self.texts)).ok()
    }

    /// Of two wordings that were received last at one moment, either, but always the same: of equal
    /// ones that of the delivery that stands first.
    fn is_preferred(&mut self, deliveries: &[Shipment], new: &Statement, kept: &Statement) -> bool {
        let event = |it: &Statement| &deliveries[it.delivery].events[it.event];
        let (new_event, kept_event) = (event(new), event(kept));
        if new_event == kept_event {
            let frame = |it: &Statement| self.deliveries[it.delivery].1;
            let (new, kept) = (frame(new), frame(kept));
            return self.order(new) < self.order(kept);
        }
        digest(new_event) > digest(kept_event)
    }

    /// The newest snapshots of each subject. One without events is none: carriers forget old
    /// shipments, and some answers hold the last scan only.
    fn newest(
        &self,
        deliveries: &[Shipment],
        placed: &[(usize, usize)],
    ) -> Vec<(usize, NewestSnapshot)> {
        let mut newest: Vec<(usize, NewestSnapshot)> = Vec::new();
        let mut known: HashMap<Subject<'_>, usize, Hasher> = HashMap::default();
        let earliest = |content: &Content| {
            let events = content.events.iter().filter_map(|at| {
                let (delivery, event) = *placed.get(*at as usize)?;
                Some(deliveries.get(delivery)?.events.get(event)?.time.earliest())
            });
            events.min()
        };
        for it in &self.known {
            let at = self.last_of_frame[it.content.frame];
            let Some(delivery) = deliveries
                .get(at)
                .filter(|it| it.delivery == DeliveryKind::Snapshot)
            else {
                continue;
            };
            let place = *known.entry(subject(delivery)).or_insert(newest.len());
            let is_older = newest
                .get(place)
                .is_some_and(|(_, newest)| it.last < newest.received);
            let Some(oldest) = Some(&it.content).filter(|_| !is_older).and_then(earliest) else {
                if place == newest.len() {
                    known.remove(&subject(delivery));
                }
                continue;
            };
            let this = NewestSnapshot {
                received: it.last,
                reaches_back_to: oldest,
            };
            match newest.get_mut(place) {
                Some((_, newest)) => newest.take(this),
                None => newest.push((at, this)),
            }
        }
        newest
    }
}

/// Statements by their id.
struct Statements {
    all: Vec<Statement>,
    by_id: HashMap<EventId, usize, Hasher>,
}

impl Statements {
    fn with_capacity(size: usize) -> Self {
        Self {
            all: Vec::with_capacity(size),
            by_id: HashMap::with_capacity_and_hasher(size, Hasher::default()),
        }
    }

    fn take(
        &mut self,
        (id, place): (EventId, Option<u64>),
        wording: &Wording,
        (delivery, event): (usize, usize),
        is_preferred: impl FnOnce(&Statement, &Statement) -> bool,
    ) {
        let statement = Statement {
            id,
            place,
            delivery,
            event,
            first_received: wording.first,
            last_received: wording.last,
        };
        let at = *self.by_id.entry(id).or_insert(self.all.len());
        let Some(kept) = self.all.get_mut(at) else {
            self.all.push(statement);
            return;
        };
        let first_received = kept.first_received.min(wording.first);
        let is_later = match wording.last.cmp(&kept.last_received) {
            Ordering::Equal => is_preferred(&statement, kept),
            order => order.is_gt(),
        };
        if is_later {
            *kept = statement;
        }
        kept.first_received = first_received;
    }
}
