//! Building a [`History`] from outside: one setter a field.

use chrono::{DateTime, Utc};
use smol_str::SmolStr;

use super::{Attribute, History, HistoryEnd, Passage, Planned, Station};
use crate::model::{Country, Milestone, Reason, Stage};

impl History {
    /// A journey of which nothing is known but its name.
    ///
    /// ```
    /// use parceltrail::history::{History, Passage, Station};
    /// use parceltrail::{Milestone, Stage};
    /// let history = History::new("order 17")
    ///     .with_carrier("acme")
    ///     .with_destination(Station::new().with_country("DE".parse().ok()))
    ///     .with_event(Passage::new("2026-03-02T09:00:00Z".parse()?, Milestone::PickedUp).with_stage(Stage::FirstMile));
    /// assert_eq!(history.begun_at(), Some("2026-03-02T09:00:00Z".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn new(id: impl Into<SmolStr>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Renames it.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<SmolStr>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the carrier.
    #[must_use]
    pub fn with_carrier(mut self, carrier: impl Into<SmolStr>) -> Self {
        self.carrier = Some(carrier.into());
        self
    }

    /// Sets the carrier's product.
    #[must_use]
    pub fn with_service(mut self, service: impl Into<SmolStr>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Sets where from.
    #[must_use]
    pub fn with_origin(mut self, origin: Station) -> Self {
        self.origin = origin;
        self
    }

    /// Sets where to.
    #[must_use]
    pub fn with_destination(mut self, destination: Station) -> Self {
        self.destination = destination;
        self
    }

    /// Sets the delivery that was promised.
    #[must_use]
    pub fn with_promised(mut self, promised: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.promised = promised.into();
        self
    }

    /// Sets how it ended; none while it is open.
    #[must_use]
    pub fn with_outcome(mut self, outcome: impl Into<Option<HistoryEnd>>) -> Self {
        self.outcome = outcome.into();
        self
    }

    /// Sets something else that is known of it from the start.
    #[must_use]
    pub fn with_attribute(mut self, name: impl Into<SmolStr>, value: Attribute) -> Self {
        self.attributes.insert(name.into(), value);
        self
    }

    /// Adds what happened next: events stand oldest first.
    #[must_use]
    pub fn with_event(mut self, event: Passage) -> Self {
        self.events.push(event);
        self
    }

    /// Adds the next step of the plan, which stands in order of time.
    #[must_use]
    pub fn with_planned(mut self, step: Planned) -> Self {
        self.schedule.push(step);
        self
    }
}

impl Station {
    /// A place of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the country.
    #[must_use]
    pub fn with_country(mut self, country: impl Into<Option<Country>>) -> Self {
        self.country = country.into();
        self
    }

    /// Sets the state or province.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<SmolStr>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the postal code, or the part of it that is kept.
    #[must_use]
    pub fn with_postcode(mut self, postcode: impl Into<SmolStr>) -> Self {
        self.postcode = Some(postcode.into());
        self
    }

    /// Sets the code of a facility, airport or office.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<SmolStr>) -> Self {
        self.code = Some(code.into());
        self
    }
}

impl Passage {
    /// Something that happened.
    #[must_use]
    pub const fn new(at: DateTime<Utc>, milestone: Milestone) -> Self {
        Self {
            at,
            stage: None,
            milestone,
            place: None,
            planned: None,
            reason: None,
        }
    }

    /// Sets where in the chain.
    #[must_use]
    pub fn with_stage(mut self, stage: impl Into<Option<Stage>>) -> Self {
        self.stage = stage.into();
        self
    }

    /// Sets where.
    #[must_use]
    pub fn with_place(mut self, place: impl Into<Option<Station>>) -> Self {
        self.place = place.into();
        self
    }

    /// Sets when it was planned for.
    #[must_use]
    pub fn with_planned(mut self, planned: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.planned = planned.into();
        self
    }

    /// Sets why.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Option<Reason>>) -> Self {
        self.reason = reason.into();
        self
    }
}

impl Planned {
    /// What is to happen, and when.
    #[must_use]
    pub const fn new(at: DateTime<Utc>, milestone: Milestone) -> Self {
        Self {
            stage: None,
            milestone,
            at,
        }
    }

    /// Sets where in the chain.
    #[must_use]
    pub fn with_stage(mut self, stage: impl Into<Option<Stage>>) -> Self {
        self.stage = stage.into();
        self
    }
}
