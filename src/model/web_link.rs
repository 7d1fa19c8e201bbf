//! Pages that a carrier offers about a parcel: [`WebLink`].

use serde::{Deserialize, Serializer};

use super::Personal;
use super::disclose::{Disclose, Fields, hidden_by_default};
use super::words::words;

words! {
    /// What a page is for.
    LinkKind {
        /// The carrier's tracking page of the parcel.
        Tracking = "tracking",
        /// Changing where or when the parcel is delivered.
        Redirection = "redirection",
        /// Paying what is due.
        Payment = "payment",
        /// Arranging the return.
        Return = "return",
    }
}

/// A page of the carrier's about a parcel.
///
/// A tracking page holds no more than the number and is shown. Whoever has the address of another
/// page may act in the recipient's name: `Debug` and JSON hide it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
pub struct WebLink {
    /// What the page is for.
    pub kind: LinkKind,
    /// Its address: `http` or `https`.
    pub url: Personal,
}

impl WebLink {
    /// A page, if the address is one of the web.
    #[must_use]
    pub fn new(kind: LinkKind, url: &str) -> Option<Self> {
        let url = super::clean(url.trim());
        let is_web = ["https://", "http://"].into_iter().any(|scheme| {
            url.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        (is_web && url.len() <= 2048 && !url.contains(char::is_whitespace)).then(|| Self {
            kind,
            url: Personal::new(url),
        })
    }

    /// The address, if it may be shown to anyone: that of a tracking page.
    #[must_use]
    pub fn shown(&self) -> Option<&str> {
        (self.kind == LinkKind::Tracking).then(|| self.url.reveal())
    }
}

hidden_by_default!(WebLink);
impl Disclose for WebLink {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Fields::new("WebLink", 2, personal, serializer)?;
        out.field("kind", &self.kind)?;
        match self.shown() {
            Some(url) => out.field("url", url)?,
            None => out.personal("url", Some(&self.url))?,
        };
        out.end()
    }
}
