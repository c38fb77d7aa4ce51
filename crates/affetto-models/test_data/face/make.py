"""Makes astronaut.jpg: Eileen Collins, NASA photo S99-2157, in the public domain, as scikit-image
carries it (skimage/data/astronaut.png).

    pip download --no-deps scikit-image
    unzip scikit_image-*.whl skimage/data/astronaut.png
    python make.py skimage/data/astronaut.png
"""

import sys
from pathlib import Path

from PIL import Image

image = Image.open(sys.argv[1]).convert("RGB")
assert image.size == (512, 512), image.size
image.save(Path(__file__).with_name("astronaut.jpg"), quality=88)
