"""Makes a tiny random Whisper and what the reference says of it: python make.py

Needs torch, transformers, tokenizers, safetensors and numpy from PyPI. The model has the published
architecture with two layers of width 32 and windows of 1 s; its weights are random, so nothing of
a trained model is here. golden.safetensors holds, for a generated sound: the mel features, what
enters every encoder layer and leaves the last, the scores of the decoder after given tokens, and what
greedy generation chooses.
"""

import json

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GenerationConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

RATE = 16_000
torch.manual_seed(11)

# Tokens: bytes, a few merges, then the signs in their published order.
letters = sorted(pre_tokenizers.ByteLevel.alphabet())
merges = [("h", "e"), ("l", "l"), ("Ġ", "he"), ("Ġhe", "ll")]
vocabulary = {letter: i for i, letter in enumerate(letters)}
for a, b in merges:
    vocabulary[a + b] = len(vocabulary)
n_words = len(vocabulary)
signs = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|haw|>", "<|translate|>"]
signs += ["<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
signs += ["<|0.00|>", "<|0.02|>"]
tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens(signs)
tokenizer.save("tokenizer.json", pretty=False)
sign = {name: n_words + i for i, name in enumerate(signs)}
end, start = sign["<|endoftext|>"], sign["<|startoftranscript|>"]

suppressed = [1, 2, 7, 8, 9, 10, 14, 25]
at_begin = [vocabulary["Ġ"], end]
config = WhisperConfig(
    vocab_size=n_words + len(signs),
    num_mel_bins=80,
    d_model=32,
    encoder_layers=2,
    encoder_attention_heads=4,
    encoder_ffn_dim=64,
    decoder_layers=2,
    decoder_attention_heads=4,
    decoder_ffn_dim=64,
    max_source_positions=50,
    max_target_positions=32,
    pad_token_id=end,
    bos_token_id=end,
    eos_token_id=end,
    decoder_start_token_id=start,
    suppress_tokens=suppressed,
    begin_suppress_tokens=at_begin,
    attn_implementation="eager",
)
model = WhisperForConditionalGeneration(config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        # Wide enough that every part matters and scores differ clearly.
        spread = 2.0 if "decoder.embed_positions" in name else 0.25
        spread = 0.05 if name.endswith("bias") else spread
        shift = 1.0 if "norm.weight" in name else 0.0
        parameter.copy_(shift + spread * torch.randn_like(parameter))
weights = {k: v.contiguous() for k, v in model.state_dict().items() if k != "proj_out.weight"}
save_file(weights, "model.safetensors")
published = config.to_dict()
published["suppress_tokens"], published["begin_suppress_tokens"] = suppressed, at_begin
with open("config.json", "w") as file:
    json.dump(published, file, indent=1, sort_keys=True)

t = np.arange(int(0.7 * RATE)) / RATE
phase = 2 * np.pi * (150 * t + 40 * t**2)
envelope = np.sin(np.pi * t / t[-1])
samples = sum(0.3 / k * np.sin(k * phase) for k in range(1, 9)) * envelope
samples = (samples + 0.002 * np.random.default_rng(3).standard_normal(len(t))).astype(np.float32)

extractor = WhisperFeatureExtractor(feature_size=80, chunk_length=1)
mel = extractor(samples, sampling_rate=RATE, return_tensors="pt").input_features
assert mel.shape == (1, 80, 100), mel.shape

golden = {"samples": torch.from_numpy(samples), "mel": mel[0].T.contiguous()}
prompt = [start, sign["<|de|>"], sign["<|transcribe|>"], sign["<|notimestamps|>"]]
given = prompt + [vocabulary["h"], vocabulary["Ġhell"], vocabulary["o"], vocabulary["!"]]
with torch.no_grad():
    encoded = model.model.encoder(mel, output_hidden_states=True)
    # The last one is the output, which the final norm has passed.
    for i, state in enumerate(encoded.hidden_states[:-1]):
        golden[f"encoder_state_{i}"] = state[0]
    golden["encoder"] = encoded.last_hidden_state[0]
    scores = model(encoder_outputs=encoded, decoder_input_ids=torch.tensor([given])).logits[0]
    golden["given"] = torch.tensor(given, dtype=torch.int32)
    golden["scores"] = scores

    # Greedy choice after the prompt under the rules of suppression; no library's default in it.
    tokens = list(prompt)
    while len(tokens) < 20:
        scores = model(encoder_outputs=encoded, decoder_input_ids=torch.tensor([tokens])).logits[0, -1]
        scores[suppressed] = -torch.inf
        scores[end + 1 :] = -torch.inf
        if len(tokens) == len(prompt):
            scores[at_begin] = -torch.inf
        chosen = int(scores.argmax())
        if chosen == end:
            break
        tokens.append(chosen)
    golden["chosen"] = torch.tensor(tokens[len(prompt) :], dtype=torch.int32)
    scores = model(encoder_outputs=encoded, decoder_input_ids=torch.tensor([[start]])).logits[0, -1]
    golden["start_scores"] = scores

    # The library's own greedy generation, as a check on ours above.
    generation = GenerationConfig(
        decoder_start_token_id=start,
        eos_token_id=end,
        pad_token_id=end,
        suppress_tokens=suppressed + list(range(end + 1, config.vocab_size)),
        begin_suppress_tokens=at_begin,
        max_length=20,
        do_sample=False,
        num_beams=1,
    )
    # The base class generates without Whisper's own handling of windows and prompts.
    from transformers.generation.utils import GenerationMixin

    theirs = GenerationMixin.generate(
        model,
        encoder_outputs=encoded,
        decoder_input_ids=torch.tensor([prompt]),
        generation_config=generation,
    )[0].tolist()
    theirs = theirs[len(prompt) :]
    theirs = theirs[: theirs.index(end)] if end in theirs else theirs
    print("ours  ", golden["chosen"].tolist())
    print("theirs", theirs)
    assert theirs == golden["chosen"].tolist()
golden = {k: v.float() if v.is_floating_point() else v for k, v in golden.items()}
save_file({k: v.contiguous() for k, v in golden.items()}, "golden.safetensors")
