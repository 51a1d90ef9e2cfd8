from yoyo import step

from sdr_common.mailbox.schema import DOWN_V2, UP_V2

__depends__ = {"gateway_0009_after_hand_off"}

steps = [step(UP_V2, DOWN_V2)]
