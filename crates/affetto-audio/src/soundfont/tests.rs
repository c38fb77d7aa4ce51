//! Tests of loading, with the embedded font and with the font made in code.

use proptest::prelude::*;

use super::*;

fn only(ids: &[PresetId]) -> Presets {
    ids.iter().copied().collect()
}

#[test]
fn the_embedded_font_has_general_midi_and_eight_kits() {
    let font = SoundFont::embedded(&only(&[PresetId::melodic(0)])).unwrap();
    let ids: Vec<_> = font.presets().iter().map(|preset| preset.id).collect();
    let kits = [0, 8, 16, 24, 25, 32, 40, 48].map(PresetId::drums);
    let expected: Vec<_> = (0..128).map(PresetId::melodic).chain(kits).collect();
    assert_eq!(ids, expected);
    assert_eq!(font.loaded().len(), 1);
    assert!(EMBEDDED.len() <= 10_000_000, "{} bytes", EMBEDDED.len());
}

#[test]
fn presets_are_added_without_losing_those_before() {
    let piano = only(&[PresetId::melodic(0)]);
    let bass = only(&[PresetId::melodic(33)]);
    let font = SoundFont::embedded(&piano).unwrap();
    let more = font.with_presets(&bass).unwrap();
    let both = SoundFont::embedded(&only(&[PresetId::melodic(0), PresetId::melodic(33)])).unwrap();
    assert!(more.has(&piano) && more.has(&bass));
    assert_eq!(more.pcm_bytes(), both.pcm_bytes());
    assert_eq!(more.synth().get_wave_data(), both.synth().get_wave_data());
}

#[test]
fn missing_presets_are_replaced() {
    let font = SoundFont::from_bytes(test_font(), &only(&[PresetId::drums(24)])).unwrap();
    assert_eq!(
        font.loaded().iter().copied().collect::<Vec<_>>(),
        [PresetId::drums(0)]
    );
}

#[test]
fn short_loops_are_unrolled_once() {
    let font = SoundFont::from_bytes(test_font(), &Presets::All).unwrap();
    let names: Vec<_> = font
        .presets()
        .into_iter()
        .map(|preset| preset.name)
        .collect();
    assert_eq!(names, ["Sine", "Clicks"]);
    assert_eq!(
        font.with_presets(&Presets::All).unwrap().pcm_bytes(),
        font.pcm_bytes()
    );
}

#[test]
fn a_compressed_font_written_and_read_again_is_the_same() {
    let wanted = only(&[PresetId::melodic(115)]);
    let again = SoundFont::from_bytes(small_sf3(), &Presets::All).unwrap();
    let font = SoundFont::embedded(&wanted).unwrap();
    assert_eq!(
        again.presets(),
        [PresetInfo {
            id: PresetId::melodic(115),
            name: "Woodblock".into()
        }]
    );
    assert_eq!(again.synth().get_wave_data(), font.synth().get_wave_data());
}

#[track_caller]
fn check_refused(bytes: &[u8], expected: &str) {
    let error = SoundFont::from_bytes(bytes.to_vec(), &Presets::All)
        .unwrap_err()
        .to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn what_is_no_font_is_refused_with_the_reason() {
    check_refused(
        b"",
        "must start with RIFF, a size and sfbk, but starts with \"\"",
    );
    check_refused(b"OggS", "starts with \"OggS\"");
    check_refused(b"RIFF\0\0\0\0sfbk", "there is no INFO chunk");
    let font = test_font();
    check_refused(&font[..font.len() - 100], "claims");
    check_refused(&font[..300], "claims");
}

/// Plays a little of every preset: what loads must play.
fn load_and_play(bytes: Vec<u8>) {
    let limits = Limits {
        max_sample_frames: 1 << 18,
        max_total_frames: 1 << 20,
    };
    let Ok(bank) = Bank::parse(bytes, limits) else {
        return;
    };
    let Ok(font) = SoundFont::from_bank(Arc::new(bank), &Presets::All) else {
        return;
    };
    let settings = crate::render::RenderSettings::default();
    let mut renderer = crate::render::Renderer::new(&font, settings).unwrap();
    let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
    for (channel, pitch) in [(0, 0), (0, 60), (0, 127), (9, 0), (9, 60), (9, 127)] {
        renderer.note_on(channel, pitch, 100);
        renderer.render_block(&mut left, &mut right);
        assert!(left.iter().chain(&right).all(|sample| sample.is_finite()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_fonts_never_panic(
        // The tables lie after the samples; mutations anywhere else change only sound.
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_tables in any::<bool>(),
    ) {
        let mut bytes = test_font();
        let from = if in_tables { bytes.len() - 700 } else { 0 };
        for (index, value) in changes {
            let at = from + index.index(bytes.len() - from);
            bytes[at] = value;
        }
        load_and_play(bytes);
    }

    #[test]
    fn mutated_compressed_fonts_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = small_sf3();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        load_and_play(bytes);
    }

    #[test]
    fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        load_and_play([&b"RIFF\0\0\0\0sfbk"[..], &bytes].concat());
    }
}

/// The woodblock of the embedded font as a font of its own.
fn small_sf3() -> Vec<u8> {
    static SMALL: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let make = || {
        let bank = Bank::parse(EMBEDDED, Limits::default()).unwrap();
        let wanted = only(&[PresetId::melodic(115)]);
        bank.to_sf3(&wanted, "", |audio| Ok(audio.vorbis.clone().unwrap()))
            .unwrap()
    };
    SMALL.get_or_init(make).clone()
}
