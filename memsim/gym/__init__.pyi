from .best_storage import best_policy, storing_gains
from .environments import TaskEnv, TaskVectorEnv
from .episodic_control import EpisodicControl
from .free_recall import ValueDirectedRecall
from .limited_store import ValueDirectedStorage
from .played import Played, play
from .registered import TASKS
from .task import Task
from .two_stages import TwoStep

__all__ = [
    "TASKS",
    "EpisodicControl",
    "Played",
    "Task",
    "TaskEnv",
    "TaskVectorEnv",
    "TwoStep",
    "ValueDirectedRecall",
    "ValueDirectedStorage",
    "best_policy",
    "play",
    "storing_gains",
]
