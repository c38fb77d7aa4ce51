//! Stations of an [`Engine`]: from a request to a playing station, its changes, and what is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use affetto_affect::{Affect, Plan, Strategy};
use affetto_compose::{Bar, Length};
use affetto_music::Bpm;

use super::band::programs_of;
use super::composing::ComposerSource;
use super::director::Restart;
use super::encoding::OpusPackets;
use super::options::StationOptions;
use super::parts::Source as _;
use super::sound::{SynthSound, presets_of};
use super::worker::Instruments;
use super::{Station, StationStats};
use crate::request::{DefaultStrategy, MusicRequest, Understood};
use crate::{Engine, Error, Feedback, Piece};

/// Shortest stretch that can be saved, in minutes.
const MIN_SAVED_MINUTES: f64 = 0.1;

impl Engine {
    /// Loads what the first station will need: the listening model, and the instruments of the
    /// usual genre. Later calls and stations find them ready.
    ///
    /// # Errors
    /// [`Error::User`] when the configured SoundFont cannot be used.
    pub fn warm_up(&self) -> Result<(), Error> {
        let understood = self.understand_station(&MusicRequest::default())?;
        let mut source = ComposerSource::new(understood.music, self)?;
        let programs = programs_of(&source.next_bar());
        self.soundfont(&presets_of(&programs))?;
        Ok(())
    }

    /// Understands what a station shall play: without end, and with gentle regulation where nobody
    /// asks for a strategy.
    ///
    /// # Errors
    /// [`Error::User`] naming the first value that is unknown or outside its range.
    pub fn understand_station(&self, request: &MusicRequest) -> Result<Understood, Error> {
        let mut understood = self.understand(request, DefaultStrategy::Regulate)?;
        understood.music.length = Length::Endless;
        Ok(understood)
    }

    /// Starts a station. It plays in a thread of its own; models and SoundFont are loaded there.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub fn start_station(&self, understood: &Understood) -> Result<Station, Error> {
        self.start_station_with(understood, self.station_options())
    }

    /// The same with options of one's own.
    ///
    /// # Errors
    /// As [`Engine::start_station`].
    pub fn start_station_with(
        &self,
        understood: &Understood,
        options: StationOptions,
    ) -> Result<Station, Error> {
        let engine = self.clone();
        let opus_kbps = options.opus_kbps;
        let course = Arc::new(understood.plan);
        Station::start(understood.music.clone(), course, options, move |request| {
            Ok(Instruments {
                source: Box::new(ComposerSource::new(request.clone(), &engine)?),
                sound: Box::new(SynthSound::new(&engine)),
                packets: Box::new(OpusPackets::new(opus_kbps)?),
            })
        })
    }

    /// Plays something else from now on. `before` is what the station was asked for until now; the
    /// answer is what it is asked for from now on, and belongs into the next call.
    pub fn change_station(
        &self,
        station: &Station,
        before: &Understood,
        after: Understood,
    ) -> Understood {
        let (mut after, restart) = redirect(before, after, station.asked());
        after.music.encores = after.music.encores.max(before.music.encores);
        station.change(after.music.clone(), Arc::new(after.plan), restart);
        after
    }

    /// Understands the listener's word about what a station plays, for
    /// [`Engine::change_station`]; it acts with the next bar. `request` is what the station was
    /// asked for, `before` how that was understood with all feedback until now. Nothing is learnt
    /// from it; see [`Engine::learn`].
    ///
    /// # Errors
    /// As [`Engine::understand_station`].
    pub fn understand_feedback(
        &self,
        request: &MusicRequest,
        before: &Understood,
        feedback: Feedback,
    ) -> Result<Understood, Error> {
        let mut after = self.understand_station(&MusicRequest {
            preferences: before.preferences.steered(feedback),
            ..request.clone()
        })?;
        let again = u32::from(feedback == Feedback::MoreLikeThis);
        after.music.encores = before.music.encores.saturating_add(again);
        Ok(after)
    }

    /// Keeps the last minutes of a station as a piece.
    ///
    /// # Errors
    /// [`Error::User`] when nothing was played yet, or `minutes` lies outside 0.1 and the configured
    /// length of the history.
    pub fn save_station(
        &self,
        station: &Station,
        understood: Understood,
        minutes: f64,
        title: Option<String>,
    ) -> Result<Piece, Error> {
        let most = self.settings().stations.history_minutes as f64;
        if !(MIN_SAVED_MINUTES..=most).contains(&minutes) {
            return Err(Error::user(
                "out_of_range",
                format!(
                    "minutes must be between {MIN_SAVED_MINUTES} and {most}, but was {minutes}"
                ),
            ));
        }
        let history = station.history();
        let end = history.last().map_or(0, |bar| bar.end);
        let reach = (minutes * 60.0 * super::SAMPLE_RATE_HZ as f64) as u64;
        let from = end.saturating_sub(reach);
        // A bar belongs whole to the piece when any of it lies in the stretch.
        let kept = history.iter().filter(|bar| bar.end > from);
        let bars: Vec<Bar> = kept
            .map(|played| {
                let mut bar = played.bar.clone();
                // As it was played, with changes of tempo that came while it sounded.
                bar.plan.bpm = Bpm::clamped(played.bpm / bar.plan.rubato);
                bar
            })
            .collect();
        if bars.is_empty() {
            return Err(Error::user(
                "nothing_played",
                "the station has not played anything yet",
            ));
        }
        Ok(Piece::from_bars(&bars, understood, title))
    }

    /// Plays a station for some minutes with one listener and measures it.
    ///
    /// # Errors
    /// As [`Engine::start_station`]; [`Error::Internal`] when the station ends by itself.
    pub fn soak_station(&self, minutes: f64) -> Result<StationSoak, Error> {
        let began = Instant::now();
        let length = Duration::from_secs_f64((minutes * 60.0).clamp(1.0, 86_400.0));
        let understood = self.understand_station(&MusicRequest::default())?;
        let station = self.start_station(&understood)?;
        let mut listening = station.listen(Duration::ZERO);
        let (mut early_mb, mut last) = (None, 0);
        while began.elapsed() < length {
            let Some(packet) = listening.next_blocking() else {
                let why = station
                    .ended()
                    .map_or_else(String::new, |reason| reason.message());
                return Err(Error::Internal(format!("the station ended: {why}")));
            };
            last = packet.position;
            if early_mb.is_none() && began.elapsed() > length / 10 {
                early_mb = crate::bench::resident_memory_mb();
            }
        }
        Ok(StationSoak {
            minutes: began.elapsed().as_secs_f64() / 60.0,
            stats: station.stats(),
            drift_ms: last as f64 / 48.0 - began.elapsed().as_secs_f64() * 1e3,
            early_mb,
            late_mb: crate::bench::resident_memory_mb(),
        })
    }

    fn station_options(&self) -> StationOptions {
        let settings = &self.settings().stations;
        let end_when_alone = Duration::from_secs(settings.idle_seconds);
        StationOptions {
            end_when_alone,
            rest_when_alone: StationOptions::default()
                .rest_when_alone
                .min(end_when_alone),
            history: Duration::from_secs(settings.history_minutes * 60),
            opus_kbps: settings.opus_kbps,
            mp3_kbps: settings.mp3_kbps,
            ..StationOptions::default()
        }
    }
}

/// What a soak of a station measured.
#[derive(Debug, Clone, PartialEq)]
pub struct StationSoak {
    /// Length in minutes of real time.
    pub minutes: f64,
    /// Packets, bars, lateness.
    pub stats: StationStats,
    /// Sound rendered beyond real time at the end, in ms: the lead, less the time to the start.
    pub drift_ms: f64,
    /// Resident memory after a tenth of the time, in MB, where the system tells.
    pub early_mb: Option<f64>,
    /// Resident memory at the end, in MB.
    pub late_mb: Option<f64>,
}

/// Joins a new wish to the way that is under way: a new feeling starts a new way from there, a new
/// aim one from where the music is, and anything else leaves the way as it is.
fn redirect(before: &Understood, mut after: Understood, asked: Affect) -> (Understood, Restart) {
    let aim = |understood: &Understood| {
        (
            understood.plan.strategy(),
            understood.plan.pace(),
            understood.music.energy_cap,
        )
    };
    if after.felt != before.felt {
        return (after, Restart::Course);
    }
    if aim(&after) == aim(before) {
        after.plan = before.plan;
        return (after, Restart::Nothing);
    }
    let strategy = after.plan.strategy();
    // Concentration needs no way: it starts where it stays.
    if !matches!(strategy, Strategy::Focus(_)) {
        // Where the music stays with the listener it goes back to them.
        let goal = after.plan.goal();
        let strategy = if strategy == Strategy::Match {
            Strategy::Goal(goal)
        } else {
            strategy
        };
        let cap = after.music.energy_cap;
        after.plan = Plan::new(asked, strategy, after.plan.pace()).with_energy_cap(cap);
    }
    (after, Restart::Course)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn understood(change: impl FnOnce(&mut MusicRequest)) -> Understood {
        let engine = Engine::new(Settings::default()).unwrap();
        let mut request = MusicRequest {
            valence: Some(-0.6),
            arousal: Some(-0.4),
            ..MusicRequest::default()
        };
        change(&mut request);
        engine.understand_station(&request).unwrap()
    }

    /// Where the way leads after a change, when the music was at 0.1, 0.2.
    #[track_caller]
    fn check(change: impl FnOnce(&mut MusicRequest), expected: &str) {
        let before = understood(|_| {});
        let (after, restart) = redirect(&before, understood(change), Affect::clamped(0.1, 0.2));
        let (from, to) = (after.plan.start(), after.plan.goal());
        let way = format!(
            "{:.1},{:.1} -> {:.1},{:.1}",
            from.v(),
            from.a(),
            to.v(),
            to.a()
        );
        assert_eq!(format!("{way} {restart:?}"), expected);
    }

    #[test]
    fn the_way_goes_on_or_starts_anew() {
        check(|_| {}, "-0.6,-0.4 -> 0.7,0.4 Nothing");
        check(
            |r| r.genre = Some("jazz".into()),
            "-0.6,-0.4 -> 0.7,0.4 Nothing",
        );
        check(
            |r| r.strategy = Some("soothe".into()),
            "0.1,0.2 -> 0.5,-0.5 Course",
        );
        check(
            |r| r.strategy = Some("match".into()),
            "0.1,0.2 -> -0.6,-0.4 Course",
        );
        check(
            |r| r.pace = Some("quick".into()),
            "0.1,0.2 -> 0.7,0.4 Course",
        );
        check(|r| r.valence = Some(-0.2), "-0.2,-0.4 -> 0.7,0.4 Course");
    }

    #[test]
    fn stations_have_no_end() {
        assert_eq!(
            understood(|r| r.bars = Some(3)).music.length,
            Length::Endless
        );
    }
}
