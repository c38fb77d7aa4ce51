//! The rules of a station, with a fake composer and fake instruments, in real time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use affetto_affect::Affect;
use affetto_compose::Request;
use affetto_music::Bpm;

use super::director::Restart;
use super::fake::{Log, Quarters, Stay, instruments};
use super::parts::SoundEvent;
use super::{EndReason, Station, StationEvent, StationOptions};

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn start_with(options: StationOptions, source: Quarters) -> (Station, Log) {
    let log = Log::default();
    let for_thread = Arc::clone(&log);
    let course = Arc::new(Stay(Affect::default()));
    let request = source.request.clone();
    let station = Station::start(request, course, options, move |_| {
        Ok(instruments(source, &for_thread))
    });
    (station.unwrap(), log)
}

fn start() -> (Station, Log) {
    start_with(StationOptions::default(), Quarters::new())
}

fn change(station: &Station, edit: impl FnOnce(&mut Request)) {
    let mut request = Request::new(Affect::default());
    edit(&mut request);
    station.change(request, Arc::new(Stay(Affect::default())), Restart::Nothing);
}

/// Positions in ms of the notes that started.
fn starts_ms(log: &Log) -> Vec<u64> {
    let log = log.lock().unwrap();
    let ons = log
        .iter()
        .filter(|(_, event)| matches!(event, SoundEvent::NoteOn { .. }));
    ons.map(|(position, _)| position / 48).collect()
}

#[track_caller]
fn wait_for_end(station: &Station) -> EndReason {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        if let Some(reason) = station.ended() {
            return reason;
        }
        std::thread::sleep(ms(5));
    }
    panic!("the station has not ended");
}

#[test]
fn packets_flow_without_a_gap_at_the_pace_of_the_clock() {
    let (station, log) = start();
    let began = Instant::now();
    let mut listening = station.listen(ms(200));
    let packets: Vec<_> = (0..50)
        .map(|_| listening.next_blocking().unwrap())
        .collect();
    let elapsed = began.elapsed();
    let first = packets[0].position;
    for (number, packet) in packets.iter().enumerate() {
        assert_eq!(packet.position, first + number as u64 * 960);
    }
    // One second of sound, of which the lead and the burst come at once.
    assert!(elapsed > ms(450), "{elapsed:?}: faster than real time");
    assert!(elapsed < ms(2000), "{elapsed:?}: slower than real time");
    assert_eq!(starts_ms(&log)[..2], [0, 500]);
    let loud = packets
        .iter()
        .filter(|packet| packet.opus.as_ref() != b"0")
        .count();
    assert!(loud > 40, "only {loud} packets sound");
}

#[test]
fn bars_are_announced_before_they_sound() {
    let (station, _) = start();
    let mut events = station.events();
    let mut listening = station.listen(ms(0));
    let mut position = 0;
    for expected in [0, 1] {
        let bar = loop {
            let history = station.history();
            if let Some(bar) = history.iter().find(|bar| bar.bar.plan.index == expected) {
                break Arc::clone(bar);
            }
            position = listening.next_blocking().unwrap().position;
        };
        assert!(
            position <= bar.start,
            "bar {expected} at {} after {position}",
            bar.start
        );
        assert_eq!(
            (bar.start, bar.end),
            (expected * 96_000, (expected + 1) * 96_000)
        );
        assert_eq!(bar.notes.len(), 4);
        assert_eq!(bar.notes[1].start, bar.start + 24_000);
    }
    drop(station);
    let _ = events.next_blocking();
}

#[test]
fn tempo_changes_within_a_beat() {
    let (station, log) = start();
    let mut listening = station.listen(ms(0));
    while listening.next_blocking().unwrap().position < 15 * 960 {}
    let mut events = station.events();
    change(&station, |request| request.tempo = Some(Bpm::clamped(60.0)));
    while listening.next_blocking().unwrap().position < 110_000 {}
    let starts = starts_ms(&log);
    // Half a second in, at least one beat is still at 120; then each is 4 % slower.
    let gaps: Vec<u64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps[0], 500);
    assert!(
        gaps[1..].windows(2).all(|pair| pair[1] > pair[0]),
        "{gaps:?}"
    );
    // The sounding bar was announced anew with its new times.
    match events.next_blocking() {
        Some(StationEvent::Bar(bar)) => assert!(bar.end > 96_000 && bar.bar.plan.index == 0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn layers_go_at_once() {
    let (station, log) = start();
    let mut listening = station.listen(ms(0));
    while listening.next_blocking().unwrap().position < 15 * 960 {}
    change(&station, |request| request.cues.layers = -1.0);
    while listening.next_blocking().unwrap().position < 60_000 {}
    // Rendered by then: 300 ms and the lead, so the notes at 0 and perhaps at 500 ms.
    assert!(
        starts_ms(&log).len() <= 2,
        "no note may start after the change"
    );
    let off =
        log.lock().unwrap().iter().any(
            |(position, event)| matches!(event, SoundEvent::NoteOff { .. } if *position < 36_000),
        );
    assert!(off, "the sounding note must end");
}

#[test]
fn the_waiting_bar_is_composed_anew() {
    let (station, _) = start();
    let mut listening = station.listen(ms(0));
    while listening.next_blocking().unwrap().position < 30 * 960 {}
    let wish = Affect::new(0.5, -0.5).unwrap();
    station.change(Request::new(wish), Arc::new(Stay(wish)), Restart::Course);
    while station.history().len() < 2 {
        listening.next_blocking().unwrap();
    }
    let history = station.history();
    assert_eq!(history[0].asked, Affect::default());
    assert_eq!((history[1].asked, history[1].bar.plan.index), (wish, 1));
    assert_eq!(station.asked(), wish);
}

#[test]
fn stopping_fades_and_ends() {
    let (station, _) = start();
    let mut listening = station.listen(ms(0));
    for _ in 0..15 {
        listening.next_blocking().unwrap();
    }
    station.stop(ms(200), EndReason::Stopped);
    let mut peaks = Vec::new();
    while let Some(packet) = listening.next_blocking() {
        peaks.push(
            std::str::from_utf8(&packet.opus)
                .unwrap()
                .parse::<f32>()
                .unwrap(),
        );
    }
    assert_eq!(wait_for_end(&station), EndReason::Stopped);
    assert!(peaks.last().unwrap() < &0.02, "{peaks:?}");
}

#[test]
fn nobody_listening_rests_then_ends() {
    let options = StationOptions {
        rest_when_alone: ms(200),
        end_when_alone: ms(3000),
        ..StationOptions::default()
    };
    let (station, _) = start_with(options, Quarters::new());
    // A busy machine comes to rest later, but it comes to rest.
    let mut rested = 0;
    for _ in 0..6 {
        std::thread::sleep(ms(400));
        let packets = station.stats().packets;
        if packets > 0 && packets == rested {
            break;
        }
        rested = packets;
    }
    assert_eq!(station.stats().packets, rested, "it plays for nobody");
    // Joining wakes it, and the clock goes on where it stopped.
    let mut listening = station.listen(ms(0));
    assert_eq!(listening.next_blocking().unwrap().position, rested * 960);
    drop(listening);
    assert_eq!(wait_for_end(&station), EndReason::Idle);
}

#[test]
fn a_panic_ends_one_station_alone() {
    let (other, _) = start();
    let mut listening = other.listen(ms(0));
    let source = Quarters {
        panic_at: Some(1),
        ..Quarters::new()
    };
    let (station, _) = start_with(StationOptions::default(), source);
    assert!(matches!(wait_for_end(&station), EndReason::Failed(_)));
    assert!(listening.next_blocking().is_some());
    assert_eq!(other.ended(), None);
}

#[test]
fn history_is_bounded() {
    let options = StationOptions {
        history: ms(300),
        ..StationOptions::default()
    };
    let mut source = Quarters::new();
    source.request.tempo = Some(Bpm::clamped(400.0));
    let (station, _) = start_with(options, source);
    let mut listening = station.listen(ms(0));
    while listening.next_blocking().unwrap().position < 96_000 {}
    assert!(station.history().len() <= 2);
}

#[test]
fn dropping_every_handle_ends_the_thread() {
    let (station, log) = start();
    drop(station);
    std::thread::sleep(ms(400));
    assert_eq!(
        Arc::strong_count(&log),
        1,
        "the thread still holds its instruments"
    );
}

/// The real composer, synthesizer and encoder.
#[test]
fn a_real_station_sounds() {
    let engine = crate::Engine::new(crate::Settings::default()).unwrap();
    let request = crate::MusicRequest {
        valence: Some(0.6),
        arousal: Some(0.5),
        seed: Some(1),
        ..crate::MusicRequest::default()
    };
    let station = engine
        .start_station(&engine.understand_station(&request).unwrap())
        .unwrap();
    let mut packets = station.listen(ms(0));
    let mut blocks = station.listen_unencoded(Duration::from_secs(7));
    let mut loud = 0;
    for number in 0..100 {
        let Some(block) = blocks.next_blocking() else {
            panic!("{:?}", station.ended())
        };
        let packet = packets.next_blocking().unwrap();
        assert_eq!(
            (block.position, packet.position),
            (number * 960, number * 960)
        );
        assert!(block.samples.iter().all(|sample| sample.abs() <= 0.9));
        loud += usize::from(block.samples.iter().any(|sample| sample.abs() > 0.01));
    }
    assert!(loud > 80, "only {loud} of 100 blocks sound");
    let stats = station.stats();
    eprintln!("{stats:?}");
    assert!(stats.bars >= 1 && stats.first_packet_ms < 5000.0);
}
