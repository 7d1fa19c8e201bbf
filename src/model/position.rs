//! Where on Earth: [`Position`].

use serde::{Deserialize, Serializer};

use super::disclose::{Disclose, Fields, hidden_by_default};
use super::pack::{Damaged, Pack, Packer, Unpacker};
use super::words::words;

words! {
    /// What a position is taken from.
    PositionSource {
        /// The courier's device at the moment of the event.
        Device = "device",
        /// The carrier's facility.
        Facility = "facility",
        /// The address, looked up on a map.
        Address = "address",
    }
}

/// A latitude and longitude (WGS 84), kept to a millionth of a degree, some ten centimetres.
///
/// A delivery's position is the recipient's door: `Debug` and JSON round it to a hundredth of a
/// degree, about a kilometre; see [`WithPersonalData`](super::WithPersonalData).
///
/// ```
/// use parceltrail::model::Position;
/// let position = Position::new(52.520008, 13.404954).unwrap();
/// assert_eq!(position.latitude(), 52.520008);
/// assert_eq!(serde_json::to_string(&position)?, r#"{"latitude":52.52,"longitude":13.4}"#);
/// assert!(Position::new(91.0, 0.0).is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Written")]
pub struct Position {
    latitude: i32,
    longitude: i32,
    source: Option<PositionSource>,
}

const MILLION: f64 = 1_000_000.0;

impl Position {
    /// To a kilometre, as it is shown.
    pub(super) fn rough(self) -> Self {
        let near = |millionths: i32| {
            let hundredths = (f64::from(millionths) / 10_000.0).round();
            #[expect(clippy::cast_possible_truncation, reason = "18,000 fit into 32 bits")]
            let hundredths = hundredths as i32;
            hundredths * 10_000
        };
        Self {
            latitude: near(self.latitude),
            longitude: near(self.longitude),
            source: self.source,
        }
    }

    /// A position in degrees, north and east positive. None outside the globe, and for 0/0, which
    /// feeds send for "unknown".
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let fits = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "180 million fits into 32 bits"
        )]
        let millionths = |degrees: f64| (degrees * MILLION).round() as i32;
        let (latitude, longitude) = (millionths(latitude), millionths(longitude));
        (fits && (latitude, longitude) != (0, 0)).then_some(Self {
            latitude,
            longitude,
            source: None,
        })
    }

    /// Says what it is taken from.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Option<PositionSource>>) -> Self {
        self.source = source.into();
        self
    }

    /// Degrees north of the equator.
    #[must_use]
    pub fn latitude(&self) -> f64 {
        f64::from(self.latitude) / MILLION
    }

    /// Degrees east of Greenwich.
    #[must_use]
    pub fn longitude(&self) -> f64 {
        f64::from(self.longitude) / MILLION
    }

    /// What it is taken from, where stated.
    #[must_use]
    pub const fn source(&self) -> Option<PositionSource> {
        self.source
    }
}

fn rough(degrees: f64) -> f64 {
    (degrees * 100.0).round() / 100.0
}

impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (latitude, longitude) = (rough(self.latitude()), rough(self.longitude()));
        write!(f, "Position({latitude}, {longitude})")
    }
}

hidden_by_default!(Position);
impl Disclose for Position {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = |degrees| if personal { degrees } else { rough(degrees) };
        let mut out = Fields::new("Position", 3, personal, serializer)?;
        out.field("latitude", &shown(self.latitude()))?
            .field("longitude", &shown(self.longitude()))?
            .some("source", self.source)?;
        out.end()
    }
}

/// A position as it is written.
#[derive(Deserialize)]
struct Written {
    latitude: f64,
    longitude: f64,
    #[serde(default)]
    source: Option<PositionSource>,
}

impl TryFrom<Written> for Position {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        // A position near 0/0 may have been rounded to it.
        let (latitude, longitude) = (written.latitude, written.longitude);
        if latitude == 0.0 && longitude == 0.0 {
            return Ok(Self {
                latitude: 0,
                longitude: 0,
                source: written.source,
            });
        }
        Self::new(latitude, longitude)
            .map(|position| position.with_source(written.source))
            .ok_or("no position on the globe")
    }
}

impl Pack for Position {
    fn pack(&self, out: &mut Packer<'_>) {
        out.signed(self.latitude.into());
        out.signed(self.longitude.into());
        out.byte(self.source.map_or(0, |source| source as u8 + 1));
    }

    fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        let mut degrees = || i32::try_from(input.signed()?).map_err(|_| Damaged);
        let (latitude, longitude) = (degrees()?, degrees()?);
        let source = match input.byte()? {
            0 => None,
            place => Some(
                *PositionSource::ALL
                    .get(usize::from(place - 1))
                    .ok_or(Damaged)?,
            ),
        };
        Ok(Self {
            latitude,
            longitude,
            source,
        })
    }
}
