#!/bin/sh
# Makes the small files that the decoder's tests read: sh make.sh (needs ffmpeg). Each holds the
# same 440-Hz tone of amplitude 0.4, 0.6 s long, and nothing else. tone_browser.webm: record.mjs.
set -eu
make() {
    rate=$1
    name=$2
    shift 2
    ffmpeg -hide_banner -loglevel error -y -bitexact -f lavfi \
        -i "aevalsrc=0.4*sin(2*PI*440*t):s=$rate:d=0.6" -map_metadata -1 -flags +bitexact "$@" "$name"
}
make 44100 tone.m4a -c:a aac -b:a 48k
make 44100 tone_faststart.m4a -c:a aac -b:a 48k -movflags +faststart
make 44100 tone_fragmented.mp4 -c:a aac -b:a 48k -movflags frag_keyframe+empty_moov
make 16000 tone_alac.m4a -c:a alac
make 44100 tone.aac -c:a aac -b:a 48k -f adts
make 44100 tone.mp3 -c:a libmp3lame -b:a 48k
make 44100 tone.ogg -c:a libvorbis -q:a 0
make 48000 tone.opus -c:a libopus -b:a 24k
make 48000 tone_opus.mp4 -c:a libopus -b:a 24k
make 48000 tone.webm -c:a libopus -b:a 24k
make 44100 tone_vorbis.mka -c:a libvorbis -q:a 0
make 16000 tone.flac -c:a flac -sample_fmt s16
make 16000 tone.aiff
make 16000 tone_alaw.wav -c:a pcm_alaw
# As a recorder writes a stream that cannot be rewound: unknown sizes.
make 48000 - -c:a libopus -b:a 24k -f webm -live 1 > tone_live.webm
make 16000 - -f wav > tone_stream.wav
# A video whose second track is the tone.
ffmpeg -hide_banner -loglevel error -y -bitexact -f lavfi -i "color=black:s=16x16:r=5:d=0.6" \
    -f lavfi -i "aevalsrc=0.4*sin(2*PI*440*t):s=48000:d=0.6" -map_metadata -1 -flags +bitexact \
    -c:v libvpx -c:a libopus -b:a 24k tone_video.webm
