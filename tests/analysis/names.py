"""Names of the analyses that take recalls without a cue for each response."""

from memsim.analysis.analyses import OF_RECALL, OF_SERIAL_RECALL

WITHOUT_CUES = [analysis.name for analysis in (*OF_RECALL, *OF_SERIAL_RECALL)]
