"""The cores by name; torch is not imported here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memsim.core.code.registry import Registry

CORES: Registry[type[Any]] = Registry(
    "core",
    "memsim.networks",
    {
        "DNC": "memsim.models.networks.cores.dnc:DNC",
        "LSTM": "memsim.models.networks.cores.lstm:LSTM",
        "GRU": "memsim.models.networks.cores.recurrent:GRU",
        "Elman": "memsim.models.networks.cores.recurrent:Elman",
        "HopfieldStore": "memsim.models.networks.cores.hopfield:HopfieldStore",
        "MANN": "memsim.models.networks.cores.mann:MANN",
        "MemN2N": "memsim.models.networks.cores.memn2n:MemN2N",
        "NTM": "memsim.models.networks.cores.ntm:NTM",
        "DeltaRule": "memsim.models.networks.cores.delta_rule:DeltaRule",
        "FastWeights": "memsim.models.networks.cores.fast_weights:FastWeights",
        "LRU": "memsim.models.networks.cores.state_space:LRU",
        "Transformer": "memsim.models.networks.cores.transformer:Transformer",
    },
    subclasses=True,
)
CITATIONS: Mapping[str, str] = {
    "DNC": "Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network with dynamic "
    "external memory. Nature, 538, 471-476.",
    "LSTM": "Hochreiter, S., & Schmidhuber, J. (1997). Long short-term memory. Neural Computation, 9, 1735-1780.",
    "GRU": "Cho, K., van Merriënboer, B., Gulcehre, C., et al. (2014). Learning phrase representations using RNN "
    "encoder-decoder for statistical machine translation. Proceedings of EMNLP, 1724-1734.",
    "Elman": "Elman, J. L. (1990). Finding structure in time. Cognitive Science, 14, 179-211.",
    "HopfieldStore": "Ramsauer, H., Schäfl, B., Lehner, J., et al. (2021). Hopfield networks is all you need. "
    "International Conference on Learning Representations.",
    "MANN": "Santoro, A., Bartunov, S., Botvinick, M., Wierstra, D., & Lillicrap, T. (2016). Meta-learning with "
    "memory-augmented neural networks. Proceedings of ICML, 1842-1850.",
    "MemN2N": "Sukhbaatar, S., Szlam, A., Weston, J., & Fergus, R. (2015). End-to-end memory networks. Advances in "
    "Neural Information Processing Systems, 28, 2440-2448.",
    "NTM": "Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401.",
    "DeltaRule": "Schlag, I., Irie, K., & Schmidhuber, J. (2021). Linear transformers are secretly fast weight "
    "programmers. Proceedings of ICML, 9355-9366.",
    "FastWeights": "Ba, J., Hinton, G., Mnih, V., Leibo, J. Z., & Ionescu, C. (2016). Using fast weights to attend to "
    "the recent past. Advances in Neural Information Processing Systems, 29.",
    "LRU": "Orvieto, A., Smith, S. L., Gu, A., et al. (2023). Resurrecting recurrent neural networks for long "
    "sequences. Proceedings of ICML, 26670-26698.",
    "Transformer": "Vaswani, A., Shazeer, N., Parmar, N., et al. (2017). Attention is all you need. Advances in Neural "
    "Information Processing Systems, 30.",
}
"""The publication of each core of memsim."""
