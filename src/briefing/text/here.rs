//! Where is it now?

use super::{Speaker, Word, place_text};
use crate::briefing::{Briefing, Here, PieceHere, Pieces};
use crate::model::{EventTime, Milestone, Place};

/// Whether a milestone is something that happened at a moment, and not something that lasts since
/// then.
const fn is_moment(milestone: Milestone) -> bool {
    use Milestone as M;
    matches!(
        milestone,
        M::PickedUp
            | M::Arrived
            | M::Departed
            | M::HandedOver
            | M::CustomsSubmitted
            | M::CustomsReleased
            | M::CustomsRejected
            | M::CustomsSeized
            | M::DeliveryAttempted
            | M::Delivered
            | M::Misrouted
            | M::Redirected
            | M::Lost
            | M::Refused
            | M::Returned
            | M::Disposed
            | M::Cancelled
    )
}

impl Speaker<'_> {
    pub(super) fn where_now(&self, briefing: &Briefing) -> String {
        let mut sentences = Vec::new();
        let Some(here) = &briefing.here else {
            sentences.extend(briefing.pieces.as_ref().map(|pieces| self.pieces(pieces)));
            sentences.push(self.say("where-unknown", &[]));
            return self.joined(&sentences);
        };
        match &briefing.pieces {
            Some(pieces) => {
                sentences.push(self.pieces(pieces));
                sentences.extend(self.behind(here, pieces));
            }
            None => sentences.extend(self.here(here)),
        }
        sentences.extend(self.pickup(briefing));
        self.joined(&sentences)
    }

    /// Where the parcel is, and what the carrier says of it.
    fn here(&self, here: &Here) -> Vec<String> {
        let mut sentences = Vec::new();
        // A parcel that the carrier has been seen with is not not picked up yet.
        let is_refuted = here.milestone.is_before_pickup() && here.seen.is_some();
        if !is_refuted {
            let to = here.delivered_to.map_or("other", |to| to.as_str());
            let what = self.milestone(here.milestone, here.stage, to);
            let why = here
                .reason
                .map(|reason| self.say(&format!("reason-{reason}"), &[]));
            let place = here.place.as_ref().filter(|_| here.place_told.is_none());
            sentences.push(self.standing(
                here.milestone,
                &what,
                why.as_deref(),
                place,
                &here.since,
            ));
            sentences.extend(here.words.as_ref().and_then(|words| self.words(words)));
            sentences.extend(self.place_told(here));
        }
        if let Some(seen) = &here.seen {
            sentences.push(self.seen(&seen.at, seen.place.as_ref(), is_refuted));
            sentences.extend(seen.words.as_ref().and_then(|words| self.words(words)));
        }
        sentences
    }

    /// What happened, why, where, and since when or when.
    fn standing(
        &self,
        milestone: Milestone,
        what: &str,
        why: Option<&str>,
        place: Option<&Place>,
        since: &EventTime,
    ) -> String {
        if milestone == Milestone::Unmapped {
            return self.seen(since, place, true);
        }
        let when = self.told_moment(since);
        let place = place.map(place_text).unwrap_or_default();
        let because = |what: &str| match why {
            Some(why) => self.say(
                "what-because",
                &[("what", Word::Text(what)), ("why", Word::Text(why))],
            ),
            None => what.to_owned(),
        };
        let at = |what: &str| match place.as_str() {
            "" => what.to_owned(),
            place => self.say(
                "what-at",
                &[("what", Word::Text(what)), ("place", Word::Text(place))],
            ),
        };
        if is_moment(milestone) {
            let message = if place.is_empty() {
                "what-on"
            } else {
                "what-on-at"
            };
            let words = [
                ("what", Word::Text(what)),
                ("when", Word::Text(&when)),
                ("place", Word::Text(&place)),
            ];
            return self.say(
                "where",
                &[("what", Word::Text(&because(&self.say(message, &words))))],
            );
        }
        let sentence = self.say("where", &[("what", Word::Text(&at(&because(what))))]);
        self.say(
            "where-since",
            &[
                ("where", Word::Text(&sentence)),
                ("since", Word::Text(&when)),
            ],
        )
    }

    /// The place, where another statement tells it than the one that moved the parcel last.
    fn place_told(&self, here: &Here) -> Option<String> {
        let at = here.place_told.as_ref()?;
        let place = here
            .place
            .as_ref()
            .map(place_text)
            .filter(|place| !place.is_empty())?;
        Some(self.say(
            "where-last-place",
            &[
                ("place", Word::Text(&place)),
                ("when", Word::Text(&self.told_moment(at))),
            ],
        ))
    }

    /// The carrier had it, and no more is known.
    fn seen(&self, at: &EventTime, place: Option<&Place>, is_first: bool) -> String {
        let when = self.told_moment(at);
        let place = place.map(place_text).filter(|place| !place.is_empty());
        let message = match (is_first, &place) {
            (true, Some(_)) => "where-seen-at",
            (true, None) => "where-seen",
            (false, Some(_)) => "where-seen-again-at",
            (false, None) => "where-seen-again",
        };
        self.say(
            message,
            &[
                ("when", Word::Text(&when)),
                ("place", Word::Text(&place.unwrap_or_default())),
            ],
        )
    }

    /// How many pieces are where.
    pub(crate) fn pieces(&self, pieces: &Pieces) -> String {
        let counted = [
            ("pieces-on-the-way", pieces.on_their_way()),
            ("pieces-not-collected", pieces.not_collected),
            ("pieces-ended", pieces.ended),
            ("pieces-untold", pieces.untold),
        ];
        let count = |number: u32| Word::Number(number.into());
        let mut parts = vec![self.say(
            "pieces-delivered",
            &[
                ("delivered", count(pieces.delivered)),
                ("total", count(pieces.total)),
            ],
        )];
        parts.extend(
            counted
                .into_iter()
                .filter(|(_, number)| *number > 0)
                .map(|(message, number)| self.say(message, &[("count", count(number))])),
        );
        self.say(
            "pieces",
            &[(
                "parts",
                Word::Text(&parts.join(&self.say("between-parts", &[]))),
            )],
        )
    }

    /// Where the piece is that is farthest behind of those that the carrier has; of all, while it
    /// has none.
    fn behind(&self, here: &Here, pieces: &Pieces) -> Vec<String> {
        let counts = [
            pieces.delivered,
            pieces.ended,
            pieces.not_collected,
            pieces.untold,
            pieces.on_their_way(),
        ];
        let are_alike = counts.into_iter().filter(|count| *count > 0).count() == 1;
        if here.finished
            || are_alike
                && pieces
                    .behind
                    .iter()
                    .all(|piece| piece.milestone == Some(here.milestone))
        {
            return self.here(here);
        }
        let farthest = pieces.under_way().and_then(|piece| self.piece(piece));
        farthest
            .map(|place| self.say("pieces-behind", &[("where", Word::Text(&place))]))
            .into_iter()
            .collect()
    }

    fn piece(&self, piece: &PieceHere) -> Option<String> {
        let milestone = piece.milestone?;
        let what = self.milestone(milestone, piece.stage, "other");
        Some(self.standing(
            milestone,
            &what,
            None,
            piece.place.as_ref(),
            piece.since.as_ref()?,
        ))
    }
}
