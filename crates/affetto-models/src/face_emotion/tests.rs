//! Tests over several files: layouts on disk, a training from end to end, a real photograph.

use std::fmt::Write;
use std::path::Path;

use image::{GrayImage, ImageFormat, Luma};

use super::data::{FaceSet, N_PIXELS, Part, SIDE, read_faces};
use super::*;
use crate::{Error, EvaluationOptions, FitConfig, RunOptions};

/// Columns of the labels of a sheet.
const HEADER: &str = "row,usage,label,emotion,ferplus_ok,fp_neutral,fp_happiness,fp_surprise,\
                      fp_sadness,fp_anger,fp_disgust,fp_fear,fp_contempt,fp_unknown,fp_NF,\
                      lossless,label_ambiguous,dup_of_train,kaggle_file\n";

/// A face that differs by number and shows its class: bright above or below.
fn drawn(class: usize, number: usize) -> Vec<u8> {
    let gray = |i: usize| {
        let bright = if (i / SIDE < SIDE / 2) == (class == 3) {
            170
        } else {
            60
        };
        (bright + (i * 31 + number * 97) % 61) as u8
    };
    (0..N_PIXELS).map(gray).collect()
}

/// Writes a sheet of happy (3) and sad (4) faces, `parts` after each other.
fn write_sheet(folder: &Path, parts: &[(&str, usize)], first: usize) {
    let (mut pixels, mut labels) = (Vec::new(), HEADER.to_owned());
    let mut row = 0;
    for &(part, n) in parts {
        for _ in 0..n {
            let class = 3 + row % 2;
            pixels.extend(drawn(class, first + row));
            let votes = if class == 3 {
                "0,9,0,0,0,0,0,0,1,0"
            } else {
                "1,0,0,8,0,0,1,0,0,0"
            };
            writeln!(labels, "{row},{part},{class},x,1,{votes},1,0,0,x.jpg").unwrap();
            row += 1;
        }
    }
    let height = (row * SIDE) as u32;
    let sheet = GrayImage::from_raw(SIDE as u32, height, pixels).unwrap();
    sheet
        .save_with_format(folder.join("fer2013_images.png"), ImageFormat::Png)
        .unwrap();
    std::fs::write(folder.join("fer2013_labels.csv"), labels).unwrap();
}

fn small() -> FaceTrainingConfig {
    FaceTrainingConfig {
        training: FitConfig {
            n_epochs: 2,
            batch_size: 16,
            average: 0.5,
            ..FaceTrainingConfig::default().training
        },
        widths: vec![4, 8],
        n_blocks: vec![1, 1],
        sides: vec![(0.0, 16), (0.5, 20)],
        ..FaceTrainingConfig::default()
    }
}

fn trained(data: &Path, out: &Path, config: &FaceTrainingConfig) -> FaceEmotion {
    let report = train(data, out, config, &RunOptions::default(), &mut |_| {}).unwrap();
    assert!(report.metrics.contains_key("tuning_accuracy_7"));
    FaceEmotion::load(&report.files[0]).unwrap()
}

#[track_caller]
fn check(folder: &Path, expected: &str) {
    let describe = |set: FaceSet| {
        let labels: Vec<String> = set
            .items
            .iter()
            .map(|item| {
                let label = item.label.map_or("-", |label| FACE_CLASSES_7[label]);
                format!("{} {label}", item.part.name())
            })
            .collect();
        format!("{}; {} skipped", labels.join(", "), set.skipped.len())
    };
    let actual = read_faces(folder).map_or_else(|error| error.to_string(), describe);
    assert!(actual.contains(expected), "{actual}");
}

#[test]
fn sheets_are_read_and_bad_rows_counted() {
    let folder = tempfile::tempdir().unwrap();
    write_sheet(folder.path(), &[("Training", 2), ("PublicTest", 1)], 0);
    check(
        folder.path(),
        "Training happy, Training sad, PublicTest happy; 0 skipped",
    );
    let labels = folder.path().join("fer2013_labels.csv");
    let good = std::fs::read_to_string(&labels).unwrap();
    let bad = good
        .replace("\n1,Training,4", "\n1,Training,9")
        .replace("\n2,PublicTest", "\n77,PublicTest");
    std::fs::write(&labels, bad).unwrap();
    check(folder.path(), "Training happy; 2 skipped");
    std::fs::write(
        &labels,
        good.replace("Training", "Elsewhere")
            .replace("Public", "No"),
    )
    .unwrap();
    check(folder.path(), "usage \"Elsewhere\", expected Training");
    let wide = GrayImage::from_pixel(50, 48, Luma([0]));
    wide.save_with_format(folder.path().join("fer2013_images.png"), ImageFormat::Png)
        .unwrap();
    check(folder.path(), "fer2013_images.png");
}

#[test]
fn ckplus_sheets_leave_contempt_without_a_class() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = GrayImage::from_pixel(48, 96, Luma([7]));
    sheet
        .save_with_format(folder.path().join("ckplus48_images.png"), ImageFormat::Png)
        .unwrap();
    let labels = "row,label,emotion,subject\n0,3,happiness,S005\n1,7,contempt,S010\n2,1,anger,S1\n";
    std::fs::write(folder.path().join("ckplus48_labels.csv"), labels).unwrap();
    check(folder.path(), "all happy, all -; 1 skipped");
}

#[test]
fn official_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let pixels = vec!["12"; N_PIXELS].join(" ");
    let rows = format!(
        "emotion,pixels,Usage\n0,{pixels},Training\n6,{pixels},PrivateTest\n3,1 2 3,Training\n9,{pixels},Training\n"
    );
    std::fs::write(folder.path().join("fer2013.csv"), rows).unwrap();
    check(
        folder.path(),
        "Training angry, PrivateTest neutral; 2 skipped",
    );
    let votes = "Usage,Image name,neutral,happiness\nTraining,fer0.png,7,3\n";
    std::fs::write(folder.path().join("fer2013new.csv"), votes).unwrap();
    let set = read_faces(folder.path()).unwrap();
    assert_eq!(
        (set.items[0].votes[..3].to_vec(), set.items[1].votes),
        (vec![7, 3, 0], [0; 10])
    );
}

#[test]
fn folders_are_read_and_bad_files_named() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), "none of the expected files");
    let face = GrayImage::from_raw(48, 48, drawn(3, 1)).unwrap();
    for class in ["train/happy", "test/Sad", "train/notes", "7", "6"] {
        std::fs::create_dir_all(folder.path().join(class)).unwrap();
        let file = folder.path().join(class).join("a.png");
        face.save_with_format(file, ImageFormat::Png).unwrap();
    }
    std::fs::write(folder.path().join("train/happy/b.jpg"), b"no picture").unwrap();
    check(
        folder.path(),
        "all angry, all -, PrivateTest sad, Training happy; 1 skipped",
    );
    let set = read_faces(folder.path()).unwrap();
    assert!(set.skipped[0].0.ends_with("b.jpg") && set.skipped[0].1.contains("none of PNG"));
    assert_eq!(set.image(0), drawn(3, 1));
}

#[test]
fn a_training_from_end_to_end() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_sheet(data.path(), &[("Training", 60), ("PublicTest", 20)], 0);
    let model = trained(data.path(), out.path(), &small());
    let set = read_faces(data.path()).unwrap();
    for item in &set.items {
        let is_listed = model.training_items().contains(item.hash);
        assert_eq!(is_listed, item.part == Part::Training);
    }
    let options = EvaluationOptions {
        resamples: 20,
        ..EvaluationOptions::default()
    };
    let evaluated = evaluate(&model, data.path(), &options).unwrap();
    let evaluation = &evaluated.evaluation;
    assert_eq!((evaluation.n, evaluation.n_seen_left_out), (20, 0));
    for name in [
        "accuracy_7",
        "accuracy_7_no_duplicates",
        "ferplus_accuracy_8",
        "ece",
    ] {
        assert!(evaluation.metrics.contains_key(name), "{name}");
    }
    assert_eq!(evaluation.metrics["majority_7"], 0.5);
    assert_eq!(evaluated.rows.len(), 20);
    // Training rows are seen, whatever the split is called.
    let split = |split: &str| EvaluationOptions {
        split: Some(split.into()),
        ..options.clone()
    };
    let error = evaluate(&model, data.path(), &split("train")).unwrap_err();
    assert!(
        matches!(error, Error::NothingLeft { seen: 60, .. }),
        "{error}"
    );
    let error = evaluate(&model, data.path(), &split("test")).unwrap_err();
    assert!(error.to_string().contains("faces of the part"), "{error}");
    let all = EvaluationOptions {
        include_seen: true,
        ..split("train")
    };
    assert_eq!(
        evaluate(&model, data.path(), &all).unwrap().evaluation.n,
        60
    );
    // A test part that holds nothing but training images is not unseen either.
    write_sheet(data.path(), &[("PublicTest", 20)], 0);
    let error = evaluate(&model, data.path(), &options).unwrap_err();
    assert!(
        matches!(error, Error::NothingLeft { seen: 20, .. }),
        "{error}"
    );
    // With others beside them they are duplicates.
    write_sheet(data.path(), &[("PublicTest", 80)], 40);
    let evaluation = evaluate(&model, data.path(), &options).unwrap().evaluation;
    assert_eq!((evaluation.n, evaluation.n_seen_left_out), (80, 0));
}

#[test]
fn same_configuration_same_weights() {
    let data = tempfile::tempdir().unwrap();
    write_sheet(data.path(), &[("Training", 40)], 0);
    let bytes = |seed| {
        let out = tempfile::tempdir().unwrap();
        let mut config = small();
        config.training.seed = seed;
        trained(data.path(), out.path(), &config);
        std::fs::read(out.path().join("model.safetensors")).unwrap()
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn training_needs_training_faces() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_sheet(data.path(), &[("PublicTest", 4)], 0);
    let options = RunOptions::default();
    let error = train(data.path(), out.path(), &small(), &options, &mut |_| {}).unwrap_err();
    assert!(
        error.to_string().contains("faces of the part Training"),
        "{error}"
    );
}

fn astronaut() -> Picture {
    Picture::from_bytes(include_bytes!("../../test_data/face/astronaut.jpg")).unwrap()
}

/// The answer in short: how many faces, and why there is no estimate.
fn answer(picture: &Picture, options: &FaceOptions) -> String {
    let model = FaceEmotion::load_embedded().unwrap();
    let answer = model.estimate(picture, options).unwrap();
    assert_eq!(answer.overall.is_none(), answer.abstained.is_some());
    let why = answer.abstained.map_or("fine", |why| why.code());
    format!("{} {why}", answer.faces.len())
}

#[test]
fn a_real_photograph_is_judged() {
    let picture = astronaut();
    for effort in [Effort::Frame, Effort::Photo] {
        let options = FaceOptions {
            effort,
            ..FaceOptions::default()
        };
        assert_eq!(answer(&picture, &options), "1 fine");
    }
    let model = FaceEmotion::load_embedded().unwrap();
    let face = &model
        .estimate(&picture, &FaceOptions::default())
        .unwrap()
        .faces[0];
    // Where Eileen Collins's face is in the photograph.
    let (x, y) = (face.x + face.width / 2.0, face.y + face.height / 2.0);
    assert!(
        (x - 0.44).abs() < 0.05 && (y - 0.23).abs() < 0.06,
        "{x} {y}"
    );
    for labels in [&face.labels, &face.labels8] {
        let sum: f32 = labels.iter().map(|label| label.1).sum();
        assert!((sum - 1.0).abs() < 1e-4);
    }
}

/// The photograph with its gray values changed.
fn changed(change: impl Fn(f32) -> f32) -> Picture {
    let picture = astronaut();
    let (width, height) = (picture.width(), picture.height());
    let gray = picture
        .gray()
        .iter()
        .map(|&p| change(f32::from(p)).clamp(0.0, 255.0) as u8);
    Picture::from_gray(width, height, gray.collect()).unwrap()
}

/// The photograph beside itself.
fn twice() -> Picture {
    let picture = astronaut();
    let (width, height) = (picture.width(), picture.height());
    let rows = picture.gray().chunks(width as usize);
    let gray: Vec<u8> = rows.flat_map(|row| [row, row].concat()).collect();
    Picture::from_gray(2 * width, height, gray).unwrap()
}

#[test]
fn what_cannot_be_seen_is_said() {
    let options = FaceOptions::default();
    let flat = Picture::from_gray(300, 200, vec![128; 60_000]).unwrap();
    assert_eq!(answer(&flat, &options), "0 no_face");
    let thin = Picture::from_gray(2000, 3, vec![128; 6000]).unwrap();
    assert_eq!(answer(&thin, &options), "0 no_face");
    assert_eq!(answer(&changed(|p| p * 0.12), &options), "0 too_dark");
    assert_eq!(answer(&twice(), &options), "2 several_faces");
    let largest = FaceOptions {
        choice: FaceChoice::Largest,
        ..options
    };
    assert_eq!(answer(&twice(), &largest), "2 fine");
    let small = astronaut().scaled(110, 110);
    let small = Picture::from_gray(110, 110, small).unwrap();
    let said = answer(&small, &options);
    assert!(["0 too_small", "0 no_face"].contains(&&*said), "{said}");
}

#[test]
fn crops_have_48_pixels_a_side() {
    let model = FaceEmotion::load_embedded().unwrap();
    let face = model.estimate_crop(&drawn(3, 5)).unwrap();
    assert_eq!((face.labels.len(), face.labels8.len()), (7, 8));
    assert_eq!((face.width, face.height), (1.0, 1.0));
    assert!(model.estimate_crop(&[0; 9]).is_err());
}
