//! Planning: what the next bar shall be.
//!
//! The planner moves the target under slew limits, walks through the form, chooses key, mode,
//! scale and chords for each phrase, and turns the target into cues, tempo and layers for each
//! bar. It knows nothing of notes; it is a value, so a composer can step back to an earlier one.

mod form;

use affetto_affect::Affect;
use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Bpm, Chord, ChordSpan, Key, Meter, Mode, PitchClass};

use crate::bar::Tune;
use crate::cues::{capped, cues};
use crate::genre::{self, Profile};
use crate::harmony::{self, Coloring, PhraseHarmony};
use crate::random::{chance, mix, stream};
use crate::{
    BarPlan, Cadence, Change, Cues, Genre, Layers, Length, Request, Scale, Texture, ThemeUse,
};
use form::{Form, Phrase, PhraseKind, Shape};

/// Most that arousal may move from bar to bar.
pub const AROUSAL_SLEW: f64 = 0.25;
/// Most that valence may move from bar to bar.
pub const VALENCE_SLEW: f64 = 0.15;
/// Most that the tempo may move from beat to beat, as a share.
pub const TEMPO_SLEW: f64 = 0.04;
/// Longest wait for a phrase boundary, in seconds, before a bridge is put in.
const PATIENCE_SECONDS: f64 = 8.0;
/// Brightness must pass zero by this much to change the mode.
const MODE_HYSTERESIS: f64 = 0.06;

/// Plans bar after bar.
#[derive(Debug, Clone)]
pub(crate) struct Planner {
    /// The request as changed so far.
    pub(crate) request: Request,
    form: Form,
    phrase: Option<PhrasePlan>,
    index: u64,
    current: Option<Affect>,
    bpm: Option<Bpm>,
    /// Tempo that makes a piece last as long as asked, as a share of the planned one.
    tempo_trim: f64,
    /// The genre that plays; the request's takes over at the next phrase.
    genre: Genre,
    tonic: PitchClass,
    groove: u64,
    meter: Meter,
    last_chord: Option<Chord>,
    /// Themes are varied more from now on for so many bars.
    restless: u32,
}

/// See [`Planner::live_goal`].
#[derive(Debug, Clone)]
pub(crate) struct LiveGoal {
    pub(crate) cues: Cues,
    pub(crate) bpm: Bpm,
    pub(crate) layers: Layers,
}

/// The phrase that is being played.
#[derive(Debug, Clone)]
struct PhrasePlan {
    phrase: Phrase,
    bar: u32,
    key: Key,
    scale: Scale,
    chords: Vec<Vec<Chord>>,
    cadence: Option<Cadence>,
}

impl Planner {
    pub(crate) fn new(request: Request) -> Self {
        let seed = request.seed;
        let genre = request.genre;
        let meters = genre::profile(genre).meters;
        // One piece in eight takes an unusual metre of its genre.
        let unusual = meters.len() > 1 && mix(&[seed, 31]).is_multiple_of(8);
        let meter = if unusual { meters[1] } else { meters[0] };
        let mut planner = Self {
            form: Form::new(seed, None),
            phrase: None,
            index: 0,
            current: None,
            bpm: None,
            tempo_trim: 1.0,
            genre,
            tonic: PitchClass::new(0),
            groove: mix(&[seed, 33]),
            meter,
            last_chord: None,
            restless: 0,
            request,
        };
        planner.form = Form::new(seed, planner.piece_bars());
        let mode = planner.wanted_mode(None);
        planner.tonic = PitchClass::new(tonics(mode)[(mix(&[seed, 32]) % 8) as usize]);
        planner
    }

    /// Bars of a finite piece; for a length in seconds the tempo is trimmed to meet it.
    fn piece_bars(&mut self) -> Option<u32> {
        match self.request.length {
            Length::Bars(bars) => Some(bars.clamp(1, Request::MAX_BARS)),
            Length::Endless => None,
            Length::Seconds(seconds) => {
                let bpm = self.wanted_tempo(&cues(self.goal(), &self.request.cues));
                let bar_seconds = self.bar_quarters() * bpm.seconds_per_quarter();
                let bars = (seconds / bar_seconds)
                    .round()
                    .clamp(1.0, f64::from(Request::MAX_BARS));
                if self.request.tempo.is_none() {
                    self.tempo_trim = (bars * bar_seconds / seconds).clamp(0.9, 1.1);
                }
                Some(bars as u32)
            }
        }
    }

    fn bar_quarters(&self) -> f64 {
        f64::from(self.meter.bar_ticks(TICKS_PER_QUARTER)) / f64::from(TICKS_PER_QUARTER)
    }

    /// Whether a finite piece has been planned to its end.
    pub(crate) fn is_over(&self) -> bool {
        let phrase_over = self
            .phrase
            .as_ref()
            .is_none_or(|plan| plan.bar >= plan.phrase.bars);
        self.form.is_over() && phrase_over
    }

    /// Takes a wish; what must wait for a phrase waits.
    pub(crate) fn change(&mut self, change: Change) {
        let request = &mut self.request;
        match change {
            Change::Target(target) => request.target = target,
            Change::Genre(genre) => request.genre = genre,
            Change::Texture(texture) => request.texture = texture,
            Change::EnergyCap(cap) => request.energy_cap = cap,
            Change::Cues(offsets) => request.cues = offsets,
            Change::TargetOffset(offset) => request.target_offset = offset,
            Change::Encore => {
                request.encores = request.encores.saturating_add(1);
                self.encore();
            }
            Change::Key(key) => request.key = key,
            Change::Tempo(tempo) => request.tempo = tempo,
            Change::Steady(steady) => request.steady = steady,
            Change::Performance(settings) => request.performance = settings,
        }
    }

    /// Whether somebody else may choose the chords of a bar: the listener gave none, and it leads
    /// neither to a cadence nor to another key.
    pub(crate) fn leaves_harmony_open(&self, plan: &BarPlan) -> bool {
        let is_bridge =
            (self.phrase.as_ref()).is_some_and(|phrase| phrase.phrase.kind == PhraseKind::Bridge);
        self.request.chords.is_empty() && plan.cadence.is_none() && !is_bridge
    }

    /// Takes note of chords that somebody else chose for the last planned bar.
    pub(crate) fn harmonized(&mut self, chords: &[ChordSpan]) {
        self.last_chord = chords.last().map(|span| span.chord);
    }

    /// Has the present section played once more. A finite piece has no room for it.
    fn encore(&mut self) {
        if self.request.length == Length::Endless {
            let shape = self.shape();
            self.form
                .encore(self.phrase.as_ref().map(|plan| &plan.phrase), shape);
            self.restless = 0;
        }
    }

    /// What the form must know.
    fn shape(&self) -> Shape {
        Shape {
            phrases: if self.genre == Genre::Blues { 3 } else { 2 },
            intro: self.request.texture == Texture::Band && !self.request.steady,
        }
    }

    /// Makes what follows differ from what was: new themes now, more variation for 16 bars.
    pub(crate) fn refresh(&mut self) {
        self.restless = 16;
        if self.request.length == Length::Endless {
            self.form.renew();
        }
    }

    /// Where the music is to go: the target with the listener's offset, under the cap.
    pub(crate) fn goal(&self) -> Affect {
        let moved = self.request.target_offset.apply(self.request.target);
        capped(moved, self.request.energy_cap)
    }

    /// What the goal asks of tempo, loudness and layers at once, while a bar sounds.
    pub(crate) fn live_goal(&self) -> LiveGoal {
        let goal = self.goal();
        let rest;
        let phrase = if let Some(plan) = &self.phrase {
            &plan.phrase
        } else {
            rest = self.resting_phrase();
            &rest.phrase
        };
        let cues = self.bar_cues(goal, phrase);
        LiveGoal {
            bpm: self.wanted_tempo(&cues),
            layers: self.layers(&cues, phrase, goal),
            cues,
        }
    }

    /// The plan of the next bar.
    pub(crate) fn advance(&mut self) -> BarPlan {
        let target = self.slewed();
        self.current = Some(target);
        let over = self
            .phrase
            .as_ref()
            .is_none_or(|plan| plan.bar >= plan.phrase.bars);
        if over || self.must_bridge() {
            self.start_phrase();
        }
        let plan = self.bar(target);
        if let Some(phrase) = &mut self.phrase {
            phrase.bar += 1;
        }
        self.index += 1;
        self.restless = self.restless.saturating_sub(1);
        self.last_chord = plan.chords.last().map(|span| span.chord);
        self.bpm = Some(plan.bpm);
        plan
    }

    /// The target one step closer to the goal; the first bar jumps there.
    fn slewed(&self) -> Affect {
        let goal = self.goal();
        let Some(now) = self.current else { return goal };
        let step = |from: f64, to: f64, most: f64| from + (to - from).clamp(-most, most);
        Affect::clamped(
            step(now.v(), goal.v(), VALENCE_SLEW),
            step(now.a(), goal.a(), AROUSAL_SLEW),
        )
    }

    /// Whether a change of mode would have to wait too long for the phrase to end. If so, the
    /// phrase is cut and a bridge comes next.
    fn must_bridge(&mut self) -> bool {
        let Some(plan) = &self.phrase else {
            return false;
        };
        let left = plan.phrase.bars - plan.bar;
        let bpm = self.bpm.map_or(120.0, Bpm::get);
        let wait = f64::from(left) * self.bar_quarters() * 60.0 / bpm;
        let wanted = self.wanted_mode(Some(plan.key.mode));
        let needed = wanted != plan.key.mode && wait > PATIENCE_SECONDS && left >= 2;
        needed && plan.phrase.kind != PhraseKind::Bridge && self.form.insert_bridge(left)
    }

    /// Major or minor, by the goal's brightness; a given key decides itself.
    fn wanted_mode(&self, now: Option<Mode>) -> Mode {
        if let Some(key) = self.given_key() {
            return key.mode;
        }
        let brightness = cues(self.goal(), &self.request.cues).brightness - self.leaning();
        match now {
            Some(Mode::Major) if brightness > -MODE_HYSTERESIS => Mode::Major,
            Some(Mode::Minor) if brightness < MODE_HYSTERESIS => Mode::Minor,
            _ if brightness < 0.0 => Mode::Minor,
            _ => Mode::Major,
        }
    }

    /// Around neutral valence a piece is major or minor by chance: its own threshold of brightness,
    /// from its seed. In real music, too, mode follows valence loosely.
    fn leaning(&self) -> f64 {
        0.2 * ((mix(&[self.request.seed, 34]) % 1000) as f64 / 1000.0 - 0.5) * 2.0
    }

    fn given_key(&self) -> Option<Key> {
        self.request
            .key
            .or_else(|| harmony::key_of(&self.request.chords))
    }

    fn start_phrase(&mut self) {
        if self.genre != self.request.genre {
            self.genre = self.request.genre;
            self.meter = genre::profile(self.genre).meters[0];
            self.form.replan();
        }
        let shape = self.shape();
        let phrase = self.form.next(shape);
        if phrase.drifts {
            self.drift(phrase.tune);
        }
        let now = self.phrase.as_ref().map(|plan| plan.key.mode);
        if let Some(key) = self.given_key() {
            self.tonic = key.tonic;
        }
        let key = Key {
            tonic: self.tonic,
            mode: self.wanted_mode(now),
        };
        let (chords, cadence) = self.phrase_chords(&phrase, key);
        let scale = scale(
            genre::profile(self.genre),
            key.mode,
            cues(self.goal(), &self.request.cues).brightness,
        );
        self.phrase = Some(PhrasePlan {
            phrase,
            bar: 0,
            key,
            scale,
            chords,
            cadence,
        });
    }

    /// Another key a fifth, fourth or third away, and another band, against fatigue.
    fn drift(&mut self, tune: u64) {
        if self.given_key().is_none() {
            let moves = [7, 5, 3, -3, 2, -2];
            self.tonic = self
                .tonic
                .transposed(moves[(mix(&[tune, 41]) % 6) as usize]);
        }
        if mix(&[tune, 42]).is_multiple_of(2) {
            self.groove = mix(&[self.groove, tune]);
        }
    }

    fn phrase_chords(&self, phrase: &Phrase, key: Key) -> (Vec<Vec<Chord>>, Option<Cadence>) {
        if phrase.kind == PhraseKind::Bridge && self.request.chords.is_empty() {
            return (vec![harmony::bridge(key)], Some(Cadence::Half));
        }
        harmony::phrase(&PhraseHarmony {
            genre: self.genre,
            key,
            letter: phrase.section,
            tune: phrase.tune,
            section_bar: phrase.section_bar,
            bars: phrase.bars,
            closes_section: phrase.closes_section && phrase.kind == PhraseKind::Body,
            closes_piece: phrase.closes_piece,
            steady: self.request.steady,
            chords: &self.request.chords,
            bars_before: self.index,
        })
    }

    fn bar(&self, target: Affect) -> BarPlan {
        let fallback;
        let plan = if let Some(plan) = &self.phrase {
            plan
        } else {
            fallback = self.resting_phrase();
            &fallback
        };
        let cues = self.bar_cues(target, &plan.phrase);
        let last = plan.bar + 1 >= plan.phrase.bars;
        let chords = self.bar_chords(plan, &cues);
        BarPlan {
            index: self.index,
            genre: self.genre,
            texture: self.request.texture,
            section: plan.phrase.section,
            groove: self.groove,
            phrase_bar: plan.bar,
            phrase_bars: plan.phrase.bars,
            key: plan.key,
            scale: plan.scale,
            meter: self.meter,
            bpm: self.slewed_tempo(self.wanted_tempo(&cues)),
            rubato: 1.0,
            target,
            aim: target,
            cues,
            chords: harmony::spans(&chords, self.meter, TICKS_PER_QUARTER),
            layers: self.layers(&cues, &plan.phrase, target),
            fill: last && plan.phrase.closes_section && !plan.phrase.closes_piece,
            cadence: plan.cadence.filter(|_| last),
            theme: self.theme_use(&plan.phrase),
            tune: Tune {
                seed: plan.phrase.tune,
                phrase: plan.phrase.number,
                pass: plan.phrase.pass,
            },
            steady: self.request.steady,
        }
    }

    /// A bar of rest on the tonic; only before the first phrase, which [`Self::advance`] rules out.
    fn resting_phrase(&self) -> PhrasePlan {
        let key = Key {
            tonic: self.tonic,
            mode: self.wanted_mode(None),
        };
        PhrasePlan {
            phrase: Form::new(self.request.seed, Some(1)).next(Shape {
                phrases: 2,
                intro: false,
            }),
            bar: 0,
            key,
            scale: scale(genre::profile(self.genre), key.mode, 0.0),
            chords: vec![vec![harmony::tonic_chord(self.genre, key)]],
            cadence: None,
        }
    }

    /// Cues of the target with the energy arc of the form.
    fn bar_cues(&self, target: Affect, phrase: &Phrase) -> Cues {
        let mut cues = cues(target, &self.request.cues);
        if !self.request.steady {
            let arc = phrase.energy;
            cues.layers = (cues.layers + arc).clamp(0.0, 1.0);
            cues.density = (cues.density + 0.4 * arc).clamp(0.0, 1.0);
            cues.dynamics = (cues.dynamics + 0.4 * arc).clamp(0.0, 1.0);
        }
        cues
    }

    fn wanted_tempo(&self, cues: &Cues) -> Bpm {
        self.request.tempo.unwrap_or_else(|| {
            let bpm = genre::profile(self.genre).tempo.at(cues.tempo).get() * self.tempo_trim;
            Bpm::clamped(bpm)
        })
    }

    /// The tempo of a bar, no further from the one before than the beats between allow.
    fn slewed_tempo(&self, wanted: Bpm) -> Bpm {
        let Some(now) = self.bpm else { return wanted };
        let most = (1.0 + TEMPO_SLEW).powf(self.bar_quarters());
        Bpm::clamped(wanted.get().clamp(now.get() / most, now.get() * most))
    }

    fn bar_chords(&self, plan: &PhrasePlan, cues: &Cues) -> Vec<Chord> {
        let chords = &plan.chords[(plan.bar as usize).min(plan.chords.len() - 1)];
        let last = plan.bar + 1 >= plan.phrase.bars;
        if !self.request.chords.is_empty()
            || plan.phrase.kind == PhraseKind::Bridge
            || (last && plan.phrase.closes_piece)
        {
            return chords.clone();
        }
        let next = plan
            .chords
            .get(plan.bar as usize + 1)
            .and_then(|bar| bar.first())
            .copied();
        // The same place of the same tune is colored alike, a little more so each time.
        let place = [
            plan.phrase.tune,
            u64::from(plan.phrase.section_bar + plan.bar),
            u64::from(plan.phrase.pass / 2),
        ];
        let mut rng = stream(&place);
        let tension = if self.request.steady {
            cues.tension * 0.6
        } else {
            cues.tension
        };
        let coloring = Coloring {
            genre: self.genre,
            key: plan.key,
            tension,
            brightness: cues.brightness,
            previous: self.last_chord,
            next,
            closes: last,
        };
        harmony::color(chords, &coloring, &mut rng)
    }

    fn theme_use(&self, phrase: &Phrase) -> ThemeUse {
        if phrase.kind == PhraseKind::Bridge || self.restless > 0 {
            ThemeUse::New
        } else if phrase.pass == 0 {
            ThemeUse::State
        } else {
            ThemeUse::Vary
        }
    }

    /// Who plays: fewer below, more above, drums out where arousal is low.
    fn layers(&self, cues: &Cues, phrase: &Phrase, target: Affect) -> Layers {
        let intro = phrase.kind == PhraseKind::Intro;
        let level = cues.layers;
        match self.request.texture {
            Texture::Mono => Layers {
                melody: true,
                ..Layers::default()
            },
            Texture::Poly => Layers {
                melody: true,
                chords: true,
                bass: level > 0.35,
                ..Layers::default()
            },
            Texture::Band => {
                let band = &genre::profile(self.genre).band;
                let mut layers = band.layers(level, target.a());
                let wanted = self.request.cues.drums;
                let energy = (target.a() + wanted).clamp(-1.0, 1.0);
                layers.drums = band.layers(level + 0.5 * wanted, energy).drums;
                // The second line comes and goes from section to section.
                let mut rng = stream(&[phrase.tune, 51, u64::from(phrase.pass)]);
                let again = f64::from(phrase.pass.min(2));
                let answers = chance(&mut rng, 0.3 + 0.2 * again + 0.4 * level);
                (layers.melody, layers.counter) = (!intro, layers.counter && !intro && answers);
                layers
            }
        }
    }
}

/// Tonics of keys with few accidentals, which players and readers like.
fn tonics(mode: Mode) -> [u8; 8] {
    match mode {
        Mode::Major => [0, 7, 2, 9, 4, 5, 10, 3],
        Mode::Minor => [9, 4, 11, 6, 2, 7, 0, 5],
    }
}

/// The scale for a mode and brightness inside a genre's colors.
pub(crate) fn scale(profile: &Profile, mode: Mode, brightness: f64) -> Scale {
    let hints = profile.scales;
    let wanted = match mode {
        Mode::Minor if brightness < -0.85 => Scale::Phrygian.max(hints.darkest),
        Mode::Minor if brightness < -0.3 => hints.minor,
        Mode::Minor => hints.minor.max(Scale::Dorian),
        Mode::Major if brightness > 0.9 => Scale::Lydian.min(hints.brightest),
        Mode::Major if brightness > 0.25 => hints.major,
        Mode::Major => hints.major,
    };
    match mode {
        Mode::Minor => wanted.clamp(Scale::Phrygian, Scale::Dorian),
        Mode::Major => wanted.clamp(Scale::Mixolydian, Scale::Lydian),
    }
}
