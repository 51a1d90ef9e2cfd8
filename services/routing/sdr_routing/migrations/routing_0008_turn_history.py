from yoyo import step

from sdr_common.mailbox.schema import DOWN_V2, UP_V2

__depends__ = {"routing_0007_give_back"}

steps = [step(UP_V2, DOWN_V2)]
