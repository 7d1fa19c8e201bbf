//! The content of requests: [`TrackRequest`] for one number, [`Query`] for one HTTP request.

use smol_str::SmolStr;

use super::Hidden;
use crate::model::{Country, Personal, TrackingNumber};

/// The content of one HTTP request.
///
/// ```
/// use parceltrail::adapter::{Query, TrackRequest};
/// use parceltrail::TrackingNumber;
///
/// let requests = ["449000000013", "960000000000034"]
///     .map(|number| TrackRequest::new(TrackingNumber::new(number)));
/// let query = Query::new(&requests).with_language(Some("de"));
/// assert_eq!((query.requests.len(), query.page), (2, None));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Query<'a> {
    /// The numbers, with the details that some carriers require. Empty for a subscription.
    pub requests: &'a [TrackRequest],
    /// The page, after the first.
    pub page: Option<&'a Page>,
    /// The language of texts (`en`, `de`, `zh-CN` …); the feed's default when absent.
    pub language: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// These numbers, first page, default language.
    #[must_use]
    pub const fn new(requests: &'a [TrackRequest]) -> Self {
        Self {
            requests,
            page: None,
            language: None,
        }
    }

    /// Sets a further page.
    #[must_use]
    pub const fn with_page(mut self, page: Option<&'a Page>) -> Self {
        self.page = page;
        self
    }

    /// Sets the language of texts (`en`, `de`, `zh-CN` …).
    #[must_use]
    pub const fn with_language(mut self, language: Option<&'a str>) -> Self {
        self.language = language;
        self
    }
}

/// One number, with the details that some carriers require. `Debug` hides the postcode and the
/// phone's digits.
///
/// ```
/// use parceltrail::adapter::TrackRequest;
/// use parceltrail::TrackingNumber;
/// let request = TrackRequest::new(TrackingNumber::new("SF1000000000017"))
///     .with_phone_suffix("0000")
///     .with_key("order-17");
/// assert_eq!(request.key.as_deref(), Some("order-17"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackRequest {
    /// The number.
    pub number: TrackingNumber,
    /// The product line, where a carrier requires it (`express`, `parcel-de` … for DHL; `FDXE` …
    /// for FedEx).
    pub service: Option<SmolStr>,
    /// The recipient's postcode, which opens more detail at some carriers.
    pub postcode: Option<SmolStr>,
    /// The country of origin.
    pub origin: Option<Country>,
    /// The last four digits of the sender's or recipient's phone (SF).
    pub phone_suffix: Option<Personal>,
    /// Which of several shipments under the number, as
    /// [`Shipment::instance`](crate::model::Shipment::instance) names it, where a carrier accepts
    /// it (FedEx: its unique id, or the ship date).
    pub instance: Option<SmolStr>,
    /// A key of your own (an order, a customer), which comes back with the result. It is not sent
    /// to the carrier.
    pub key: Option<SmolStr>,
}

impl std::fmt::Debug for TrackRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrackRequest")
            .field("number", &self.number)
            .field("service", &self.service)
            .field("postcode", &self.postcode.as_ref().map(|_| Hidden))
            .field("origin", &self.origin)
            .field("phone_suffix", &self.phone_suffix)
            .field("instance", &self.instance)
            .field("key", &self.key)
            .finish()
    }
}

impl TrackRequest {
    /// A number alone.
    #[must_use]
    pub const fn new(number: TrackingNumber) -> Self {
        Self {
            number,
            service: None,
            postcode: None,
            origin: None,
            phone_suffix: None,
            instance: None,
            key: None,
        }
    }

    /// Sets the product line.
    #[must_use]
    pub fn with_service(mut self, service: impl Into<SmolStr>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Sets the recipient's postcode.
    #[must_use]
    pub fn with_postcode(mut self, postcode: impl Into<SmolStr>) -> Self {
        self.postcode = Some(postcode.into());
        self
    }

    /// Sets the country of origin.
    #[must_use]
    pub const fn with_origin(mut self, origin: Country) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Sets the last four digits of the sender's or recipient's phone.
    #[must_use]
    pub fn with_phone_suffix(mut self, digits: &str) -> Self {
        self.phone_suffix = Some(Personal::new(digits));
        self
    }

    /// Sets which of several shipments under the number is requested.
    #[must_use]
    pub fn with_instance(mut self, instance: impl Into<SmolStr>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Sets a key of your own.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<SmolStr>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// A page of a result: an address of the carrier's, an offset, a bookmark. `Debug` hides it:
/// an address may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Page(pub SmolStr);

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Page").field(&Hidden).finish()
    }
}
