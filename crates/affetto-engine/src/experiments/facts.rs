//! What model cards say of each task, whatever the training.

use super::card::CardFacts;

/// Typed text.
pub(crate) const TEXT: CardFacts = CardFacts {
    title: "Text emotion",
    purpose: "Typed text, mood words and emoji in; valence and arousal with standard deviations, \
        the 28 labels of GoEmotions and the six of dair-ai out. English.",
    weaknesses: "Irony, other languages, words outside the training data. Arousal of text is weak \
        everywhere. The authors of the texts (Reddit, Twitter) are not the public.",
    data: &[
        ("GoEmotions (Demszky et al. 2020)", "Apache-2.0 repository"),
        ("EmoBank (Buechel & Hahn 2017)", "CC BY-SA 4.0"),
        (
            "dair-ai emotion (Saravia et al. 2018)",
            "education and research",
        ),
        ("ISEAR (Scherer & Wallbott 1994)", "research"),
        ("SemEval-2018 task 1 (Mohammad et al. 2018)", "research"),
        ("Glasgow Norms (Scott et al. 2019)", "CC BY"),
        ("VADER (Hutto & Gilbert 2014)", "MIT"),
    ],
    command: "affetto reproduce text-emotion --data DATA --out OUT",
};

/// Notes.
pub(crate) const SYMBOLIC: CardFacts = CardFacts {
    title: "Listening model for symbolic music",
    purpose: "Notes in; valence, arousal and quadrant of what they express out.",
    weaknesses: "Valence across corpora: trained on one set and tested on the other it is near \
        chance. Multi-track music, which neither set holds. Tempo and metre of EMOPIA.",
    data: &[
        ("EMOPIA (Hung et al. 2021)", "CC BY-NC-SA 4.0"),
        ("VGMIDI (Ferreira & Whitehead 2019)", "none stated"),
    ],
    command: "affetto reproduce symbolic-emotion --data DATA/midi --out OUT",
};

/// Faces.
pub(crate) const FACE: CardFacts = CardFacts {
    title: "Face emotion",
    purpose: "A picture with a face in; seven classes of FER-2013, eight of FER+, valence and \
        arousal with standard deviations out.",
    weaknesses: "Faces from the side, covered, tiny or dark; small children; expressions that are \
        not posed. Fear, disgust and contempt are rare in the data and often missed. FER-2013 was \
        collected by web search: ages, skin tones and occasions are unevenly represented.",
    data: &[
        (
            "FER-2013 (Goodfellow et al. 2013)",
            "terms of the challenge, research",
        ),
        ("FER+ votes (Barsoum et al. 2016)", "MIT"),
    ],
    command: "affetto reproduce face-emotion --data DATA/face --out OUT",
};

/// Voices.
pub(crate) const SPEECH: CardFacts = CardFacts {
    title: "Speech emotion",
    purpose: "A voice in; anger, happiness, neutral and sadness, a wider set of classes, valence \
        and arousal with standard deviations out. Tone of voice alone, not words.",
    weaknesses: "Everyday speech: the training data is acted, few speakers, read sentences. Other \
        languages than those of the corpora, noise, music, several speakers. Happiness and anger \
        are mistaken for each other where only arousal tells.",
    data: &[
        ("RAVDESS (Livingstone & Russo 2018)", "CC BY-NC-SA 4.0"),
        ("EmoDB (Burkhardt et al. 2005)", "none stated"),
        ("TESS (Pichora-Fuller & Dupuis 2020)", "CC BY-NC-ND 4.0"),
        ("nEMO (Christop 2024)", "CC BY-NC-SA 4.0"),
    ],
    command: "affetto reproduce speech-emotion --data DATA/speech --out OUT",
};

/// The note model.
pub(crate) const NOTES: CardFacts = CardFacts {
    title: "Note model",
    purpose: "The bars before, and for each bar valence and arousal, genre, texture, mode, metre, \
        tempo and attributes in; symbols of chords, melody, bass and accompaniment out.",
    weaknesses: "Long forms beyond its context; genres without multi-track data (blues, metal, \
        reggae); metres other than those of the data; drums, which patterns of \
        their own play.",
    data: &[
        ("POP909 (Wang et al. 2020)", "MIT"),
        ("JSB chorales", "public domain music"),
        ("EMOPIA (Hung et al. 2021)", "CC BY-NC-SA 4.0"),
        ("VGMIDI (Ferreira & Whitehead 2019)", "none stated"),
        ("ASAP scores (Foscarin et al. 2020)", "CC BY-NC-SA 4.0"),
        ("Nottingham", "GPL"),
        ("Genre MIDI files", "none stated"),
    ],
    command: "affetto train notes --data DATA/midi --out OUT",
};

/// The listening model for recordings.
pub(crate) const AUDIO: CardFacts = CardFacts {
    title: "Emotion of recordings",
    purpose: "Descriptors of a recording in; valence and arousal with standard deviations, and the \
        share of listeners who feel each of nine emotions (GEMS) out.",
    weaknesses: "Nobody rated valence and arousal: they are the place of the felt emotions. Clips \
        of four genres from independent labels; speech, noise and other genres were never heard. \
        Valence is weak, as it is in every model of sound alone.",
    data: &[(
        "Emotify (Aljanaki, Wiering & Veltkamp 2015)",
        "research only",
    )],
    command: "affetto train audio-emotion --data DATA/music_audio --out OUT",
};

/// The genre of recordings.
pub(crate) const GENRE: CardFacts = CardFacts {
    title: "Genre of recordings",
    purpose: "Descriptors of a recording in; probabilities of GTZAN's ten genres out.",
    weaknesses: "Music after 2001, music outside Europe and North America, pieces between genres. \
        Trained on librosa's numbers of clips whose sound was not there.",
    data: &[(
        "GTZAN (Tzanetakis & Cook 2002), descriptors alone",
        "research",
    )],
    command: "affetto train genre --data DATA/music_audio --out OUT",
};

/// The drum patterns.
pub(crate) const DRUMS: CardFacts = CardFacts {
    title: "Drum patterns",
    purpose: "Style, energy and place in the phrase in; strokes of a bar with velocity and timing \
        out.",
    weaknesses: "Bars of other metres than four quarters; styles with few recordings (blues, \
        country, disco, metal); reggae, classical and ambient, which rules play; forms longer than a bar.",
    data: &[("Groove MIDI Dataset (Gillick et al. 2019)", "CC BY 4.0")],
    command: "affetto train drums --data DATA/midi --out OUT",
};
