//! The relevance score of tohoilam's system, as a baseline beside ours on the same data.
//!
//! Written from a description of its published behavior: the audio score, the text score, and its
//! mode "all" with the fault that it takes the 20 least similar songs.

use affetto_affect::{Affect, QuadrantProbabilities};

use crate::SongId;

/// A song as that system sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TohoilamSong {
    /// Its number.
    pub id: SongId,
    /// Valence and arousal of its first window.
    pub first_window: Affect,
    /// Emotion of its lyrics: happiness, anger, sadness, calmness; `None` without lyrics.
    pub lyrics: Option<[f32; 4]>,
    /// Likeness of its keywords to what was said, in 0..=1; 0 where nothing was said.
    pub keywords: f64,
}

/// Where that system puts a distribution of emotions: valence 2(H + C) − 1, arousal 2(H + A) − 1.
#[must_use]
pub fn tohoilam_point(felt: &QuadrantProbabilities) -> Affect {
    let valence = 2.0 * (felt.happiness + felt.calmness) - 1.0;
    Affect::clamped(valence, 2.0 * (felt.happiness + felt.anger) - 1.0)
}

/// Its similarity of sound: √8 / (√8 + distance), in 0.5..=1.
#[must_use]
pub fn tohoilam_audio(felt: Affect, song: Affect) -> f64 {
    let most = 8.0_f64.sqrt();
    most / (most + felt.distance(song))
}

/// Its similarity of text: (√2 − distance of the distributions) / √2, in 0..=1.
#[must_use]
pub fn tohoilam_text(felt: &QuadrantProbabilities, lyrics: [f32; 4]) -> f64 {
    let pairs = felt.to_array().into_iter().zip(lyrics);
    let square: f64 = pairs.map(|(p, q)| (p - f64::from(q)).powi(2)).sum();
    (2.0_f64.sqrt() - square.sqrt()) / 2.0_f64.sqrt()
}

/// Its list for a point by sound: equal songs in file order.
#[must_use]
pub fn tohoilam_rank(songs: &[TohoilamSong], felt: Affect, count: usize) -> Vec<SongId> {
    let score = |song: &TohoilamSong| tohoilam_audio(felt, song.first_window);
    best(songs, score, count)
}

/// Its list in mode "all": the 20 songs that are *least* similar by sound and text, then ordered by
/// sound, text and keywords.
#[must_use]
pub fn tohoilam_rank_all(songs: &[TohoilamSong], felt: &QuadrantProbabilities) -> Vec<SongId> {
    let point = tohoilam_point(felt);
    let audio = |song: &TohoilamSong| tohoilam_audio(point, song.first_window);
    let text = |song: &TohoilamSong| {
        song.lyrics
            .map_or(0.0, |lyrics| tohoilam_text(felt, lyrics))
    };
    let worst = best(songs, |song| -(audio(song) + text(song)) / 2.0, 20);
    let kept = songs.iter().filter(|song| worst.contains(&song.id));
    let kept: Vec<TohoilamSong> = kept.copied().collect();
    best(
        &kept,
        |song| (audio(song) + text(song) + song.keywords) / 3.0,
        20,
    )
}

fn best(songs: &[TohoilamSong], score: impl Fn(&TohoilamSong) -> f64, count: usize) -> Vec<SongId> {
    let mut scored: Vec<(f64, SongId)> = songs.iter().map(|song| (score(song), song.id)).collect();
    // Stable: equal songs stay in file order, as there.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(count).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(id: i64, v: f64, a: f64) -> TohoilamSong {
        TohoilamSong {
            id: SongId(id),
            first_window: Affect::clamped(v, a),
            lyrics: Some([0.25; 4]),
            keywords: 0.0,
        }
    }

    #[test]
    fn its_numbers() {
        let sad = QuadrantProbabilities::from_weights([0.0, 0.0, 1.0, 0.0]).unwrap();
        assert_eq!(tohoilam_point(&sad), Affect::clamped(-1.0, -1.0));
        let corner = Affect::clamped(1.0, 1.0);
        assert_eq!(tohoilam_audio(corner, corner), 1.0);
        assert_eq!(tohoilam_audio(corner, Affect::clamped(-1.0, -1.0)), 0.5);
        assert_eq!(tohoilam_text(&sad, [0.0, 0.0, 1.0, 0.0]), 1.0);
        assert!(tohoilam_text(&sad, [1.0, 0.0, 0.0, 0.0]).abs() < 1e-9);
    }

    #[test]
    fn its_fault() {
        let songs: Vec<TohoilamSong> = (0..30).map(|i| song(i, i as f64 / 30.0, 0.0)).collect();
        let happy = QuadrantProbabilities::from_weights([1.0, 0.0, 0.0, 0.0]).unwrap();
        let nearest = tohoilam_rank(&songs, tohoilam_point(&happy), 1)[0];
        assert_eq!(nearest, SongId(29));
        assert!(!tohoilam_rank_all(&songs, &happy).contains(&nearest));
    }
}
