"""Errors whose message is written for a person: one sentence that says what to do."""


class UserFacingError(Exception):
    """The base of them all: pages and commands show the message, and no traceback."""


class CannotMeasureError(UserFacingError):
    """What a measurement needs is missing, or the app did not do what was to be measured."""


class CannotWriteError(UserFacingError):
    """A file could not be written: the disk is full or read-only, or the folder is not ours."""


class CheckpointError(UserFacingError):
    """A checkpoint is missing, damaged, or not one of ours."""


class MnistError(UserFacingError):
    """MNIST is missing or damaged."""


class RequestError(UserFacingError, ValueError):
    """Something out of range was asked for."""


class TrainingDivergedError(UserFacingError):
    """The loss is no longer a number."""
