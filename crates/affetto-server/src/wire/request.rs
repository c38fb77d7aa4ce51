//! What clients may ask for.

use affetto_engine::{MusicRequest, Preferences};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;

/// A point on the valence–arousal plane.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Pleasantness.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub valence: f64,
    /// Activation.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub arousal: f64,
}

impl From<affetto_engine::Affect> for Point {
    fn from(affect: affetto_engine::Affect) -> Self {
        Self {
            valence: affect.v(),
            arousal: affect.a(),
        }
    }
}

/// What a listener pulls by hand on top of what the emotion asks, each in −1..=1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CueOffsets {
    /// Darker to brighter scale colour.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub brightness: f64,
    /// Slower to faster inside the genre's band.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub tempo: f64,
    /// Fewer to more notes.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub density: f64,
    /// Lower to higher.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub register: f64,
    /// Softer to louder.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub dynamics: f64,
    /// Detached to connected.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub articulation: f64,
    /// Consonant to tense.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub tension: f64,
    /// Fewer to more instruments.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub layers: f64,
    /// Fewer and softer to more and louder drums.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub drums: f64,
}

impl From<CueOffsets> for affetto_engine::CueOffsets {
    fn from(cues: CueOffsets) -> Self {
        let CueOffsets {
            brightness,
            tempo,
            density,
            register,
            dynamics,
            articulation,
            tension,
            layers,
            drums,
        } = cues;
        Self {
            brightness,
            tempo,
            density,
            register,
            dynamics,
            articulation,
            tension,
            layers,
            drums,
        }
    }
}

/// A file in a JSON body: base64 with padding (RFC 4648, section 4).
mod file {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(
        file: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match file {
            Some(bytes) => serializer.serialize_some(&STANDARD.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text))
            .transpose()
            .map_err(|error| D::Error::custom(format!("expected a file as base64: {error}")))
    }
}

/// A request with what stations and pieces are asked for alike, and fields of its own. Serde can
/// either flatten a struct into another or refuse unknown fields, so the fields are written once
/// here and expanded into both.
macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $own_type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// How the listener feels, in words or emoji.
            pub text: Option<String>,
            /// Valence; with `arousal` instead of `text`.
            #[schema(minimum = -1.0, maximum = 1.0)]
            pub valence: Option<f64>,
            /// Arousal.
            #[schema(minimum = -1.0, maximum = 1.0)]
            pub arousal: Option<f64>,
            /// `match`, `lift`, `soothe`, `focus` or `goal`; without one a station regulates the
            /// feeling gently, and a piece matches it.
            pub strategy: Option<String>,
            /// `calm`, `inspiration` or `vigor`, for the strategy `focus`.
            pub focus_mode: Option<String>,
            /// `study`, `work`, `workout` or `reading`.
            pub preset: Option<String>,
            /// Where to go, for the strategy `goal`.
            pub goal: Option<Point>,
            /// `gentle`, `steady` or `quick`.
            pub pace: Option<String>,
            /// Genre, or a style that the user has trained, by name.
            #[schema(example = "jazz")]
            pub genre: Option<String>,
            /// `mono`, `poly` or `band`.
            pub texture: Option<String>,
            /// Highest arousal that the music may express.
            #[schema(minimum = -1.0, maximum = 1.0)]
            pub energy_cap: Option<f64>,
            /// Key to stay in.
            #[schema(example = "A minor")]
            pub key: Option<String>,
            /// Tempo to stay at, in quarter notes a minute.
            #[schema(minimum = 10.0, maximum = 400.0)]
            pub tempo: Option<f64>,
            /// What the listener pulls by hand.
            pub cues: Option<CueOffsets>,
            /// Seed of all randomness: same request and seed, same notes.
            pub seed: Option<u64>,
            /// Who writes the bars: `rules` or `neural`.
            pub writer: Option<String>,
            /// What the neural writer composes with: `notes` or `free`.
            pub weights: Option<String>,
            /// How far emotion leads the neural writer.
            #[schema(minimum = 0.0, maximum = 4.0)]
            pub guidance: Option<f64>,
            /// How much the neural writer dares.
            #[schema(minimum = 0.1, maximum = 3.0)]
            pub variety: Option<f64>,
            /// MIDI file in base64 whose bars the neural writer continues: at most 1 MB and 50,000
            /// notes, of which the last 16 bars count.
            #[serde(with = "file", skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Option<String>)]
            pub primer: Option<Vec<u8>>,
            /// Whether what the listener has said about earlier music shapes this; `true` when left
            /// out.
            pub profile: Option<bool>,
            $($(#[$own_doc])* pub $own: $own_type,)*
        }

        impl $name {
            /// Whether the listener's preferences shape the music.
            pub(crate) fn takes_profile(&self) -> bool {
                self.profile.unwrap_or(true)
            }

            /// What the engine is asked for, with preferences unless they are to be left out.
            pub(crate) fn into_music_with(
                self,
                preferences: impl FnOnce() -> Preferences,
            ) -> MusicRequest {
                let preferences = if self.takes_profile() {
                    preferences()
                } else {
                    Preferences::default()
                };
                MusicRequest {
                    preferences,
                    ..self.into_music()
                }
            }

            /// What the engine is asked for, before any preferences.
            #[must_use]
            pub fn into_music(self) -> MusicRequest {
                MusicRequest {
                    text: self.text,
                    valence: self.valence,
                    arousal: self.arousal,
                    strategy: self.strategy,
                    focus_mode: self.focus_mode,
                    preset: self.preset,
                    goal: self.goal.map(|goal| (goal.valence, goal.arousal)),
                    pace: self.pace,
                    genre: self.genre,
                    texture: self.texture,
                    energy_cap: self.energy_cap,
                    key: self.key,
                    tempo: self.tempo,
                    cues: self.cues.map(Into::into),
                    seed: self.seed,
                    writer: self.writer,
                    weights: self.weights,
                    guidance: self.guidance,
                    variety: self.variety,
                    primer: self.primer,
                    $($own: self.$own,)*
                    ..MusicRequest::default()
                }
            }
        }
    };
}

request! {
    /// What a station shall play. Everything may be left out; in a change, what is left out stays
    /// and `null` returns to the default.
    StationRequest {}
}

request! {
    /// What a piece shall be: like a station, with a length.
    PieceRequest {
        /// Length in bars; not with `seconds`.
        #[schema(minimum = 1, maximum = 2000)]
        bars: Option<u32>,
        /// Length in seconds, about; not with `bars`.
        #[schema(minimum = 1.0, maximum = 3600.0)]
        seconds: Option<f64>,
        /// Candidates composed for each bar.
        #[schema(minimum = 1, maximum = 16)]
        candidates: Option<u32>,
        /// Chords to cycle through, one a bar.
        #[schema(example = "Am F C G")]
        chords: Option<String>,
    }
}

impl StationRequest {
    /// This request with the fields that a change names; `null` returns to the default.
    ///
    /// A new mood replaces the old one whether it comes as text or as numbers.
    ///
    /// # Errors
    /// What does not read as a request, with field, value and what was expected.
    pub fn patched(&self, patch: &serde_json::Value) -> Result<Self, String> {
        let serde_json::Value::Object(patch) = patch else {
            return Err("the body must be a JSON object".into());
        };
        let mut merged = self.clone();
        let named = |field: &str| patch.get(field).is_some_and(|value| !value.is_null());
        if named("text") {
            (merged.valence, merged.arousal) = (None, None);
        } else if named("valence") || named("arousal") {
            merged.text = None;
        }
        if named("strategy") || named("preset") {
            (merged.strategy, merged.preset, merged.focus_mode) = (None, None, None);
        }
        let mut fields = serde_json::to_value(&merged).map_err(|error| error.to_string())?;
        for (name, value) in patch {
            fields[name] = value.clone();
        }
        crate::body::parse(fields.to_string().as_bytes()).map_err(|error: ApiError| error.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of a patched request that are set.
    #[track_caller]
    fn check(before: &str, patch: &str, expected: &str) {
        let before: StationRequest = serde_json::from_str(before).unwrap();
        let answer = match before.patched(&serde_json::from_str(patch).unwrap()) {
            Ok(request) => {
                let mut value = serde_json::to_value(request).unwrap();
                let fields = value.as_object_mut().unwrap();
                fields.retain(|_, field| !field.is_null());
                value.to_string()
            }
            // Where in the merged request it stands says nothing to the client.
            Err(error) => error.split(" at line").next().unwrap().to_owned(),
        };
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        check(
            r#"{"genre":"jazz"}"#,
            r#"{"tempo":90}"#,
            r#"{"genre":"jazz","tempo":90.0}"#,
        );
        check(r#"{"genre":"jazz"}"#, r#"{"genre":null}"#, "{}");
        check(r#"{"genre":"jazz"}"#, "{}", r#"{"genre":"jazz"}"#);
    }

    #[test]
    fn a_new_mood_replaces_the_old_one() {
        check(
            r#"{"text":"sad"}"#,
            r#"{"valence":0,"arousal":1}"#,
            r#"{"arousal":1.0,"valence":0.0}"#,
        );
        check(
            r#"{"valence":0,"arousal":1}"#,
            r#"{"text":"sad"}"#,
            r#"{"text":"sad"}"#,
        );
        check(
            r#"{"preset":"study"}"#,
            r#"{"strategy":"lift"}"#,
            r#"{"strategy":"lift"}"#,
        );
    }

    #[test]
    fn cues_are_replaced_as_a_whole() {
        check(
            r#"{"cues":{"tempo":0.5}}"#,
            r#"{"cues":{"tension":-1}}"#,
            r#"{"cues":{"articulation":0.0,"brightness":0.0,"density":0.0,"drums":0.0,"dynamics":0.0,"layers":0.0,"register":0.0,"tempo":0.0,"tension":-1.0}}"#,
        );
    }

    #[test]
    fn a_primer_survives_a_change_and_can_be_taken_away() {
        check(
            r#"{"primer":"TVRoZA=="}"#,
            r#"{"tempo":90}"#,
            r#"{"primer":"TVRoZA==","tempo":90.0}"#,
        );
        check(r#"{"primer":"TVRoZA=="}"#, r#"{"primer":null}"#, "{}");
        check(
            "{}",
            r#"{"primer":"not base64"}"#,
            "primer: expected a file as base64: Invalid symbol 32, offset 3.",
        );
    }

    #[test]
    fn mistakes_are_named() {
        check("{}", "[]", "the body must be a JSON object");
        check(
            "{}",
            r#"{"tempo":"fast"}"#,
            "tempo: invalid type: string \"fast\", expected f64",
        );
    }
}
